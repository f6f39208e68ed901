/**
 * How far a clock may be off before that is said, milliseconds. Entra's tokens are valid from five minutes before they
 * are issued: one that is further off than this will soon matter.
 */
export const clockToleranceMs = 120_000
