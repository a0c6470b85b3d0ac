/** JSON logs. */
export { createLogger, type LoggerOptions } from './logger.js';
export { NestLogger } from './nest-logger.js';
