/** Whether a text is a GUID as Entra writes them, in small or capital letters, and nothing else. */
export const isGuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
