// Loaded with --import before the service: instrumentation has to be in place before the modules it patches are loaded.
// Every way to start a service goes through this door; nothing is instrumented yet.
export {};
