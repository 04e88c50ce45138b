export { DomainError, type DomainErrorOptions, type ErrorKind } from './domain-error.ts';
export { createHealth, type Health, type HealthReport, type HealthResult } from './health.ts';
export { isOutage } from './is-outage.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export { BaseConfig, ConfigError, loadConfig } from './load-config.ts';
export { runService, type ServiceContext } from './run-service.ts';
