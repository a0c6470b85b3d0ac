export { FleetingMap } from './fleeting-map.js';
