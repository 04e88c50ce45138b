// Loaded with --import before the service. Instrumentation has to be in place before the modules it patches are loaded,
// so the door exists from the first day and every way to start a service goes through it.
export {};
