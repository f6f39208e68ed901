/** Milliseconds on one line of a list from which on it is meant: who goes through the list by its keys stays for less. */
export const dwellMs = 150
