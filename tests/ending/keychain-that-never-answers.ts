import { open } from 'node:fs'
import type { Keychain } from '../../app/adapters.ts'

/*
 * Stands in for keytar behind a prompt that nobody answers: each call holds one of Node's own threads for ever, as
 * libsecret's does, by opening a pipe that nobody writes to.
 */

const never = () => new Promise<never>(() => open(process.env.TENANTRY_TEST_SILENT_PIPE!, 'r', () => {}))

export default { getPassword: never, setPassword: never, deletePassword: never, findCredentials: never } satisfies Keychain
