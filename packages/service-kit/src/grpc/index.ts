export { callUnary, type UnaryDefinition } from './call-unary.ts';
export { createGrpcClient } from './create-grpc-client.ts';
export { type GrpcServerOptions, startGrpcServer } from './start-grpc-server.ts';
export { unary } from './unary.ts';
