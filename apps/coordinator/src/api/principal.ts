/** Until callers have roles, whoever reaches the loopback address is this principal. */
export const LOCAL = 'local';
