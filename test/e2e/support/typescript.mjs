/** `node --import` this file runs the project's TypeScript as it is, compiled on the way by swc: tests of whole processes need no build. */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
