import { randomUUID } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { UsageError } from './usage-error.ts'

/** What `login` keeps for this user. */
export type Login = {
	/** Without a trailing slash. */
	endpoint: string
	/** Signed in to Azure rather than to a runner: there is no token to keep. */
	azure: boolean
	token?: string
	subscriptionId: string
	resourceGroup: string
	account: string
}

/** Where it lies: the user's folder for settings (XDG base directory specification; a relative XDG_CONFIG_HOME does not count there). */
export function loginFile(environment: NodeJS.ProcessEnv): string {
	const folder = environment.XDG_CONFIG_HOME
	const base = folder && isAbsolute(folder) ? folder : join(environment.HOME || homedir(), '.config')
	return join(base, 'runhook', 'login.json')
}

/** What was kept; undefined before the first login. Throws a UsageError when the file cannot be read. */
export function readLogin(environment: NodeJS.ProcessEnv): Login | undefined {
	const file = loginFile(environment)
	try {
		const login = JSON.parse(readFileSync(file, 'utf8')) as Login
		if (typeof login?.endpoint !== 'string') throw new Error('it names no endpoint')
		return login
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException
		if (code === 'ENOENT') return undefined
		throw new UsageError(`${file} cannot be used: ${message}.`, "Write it anew with 'runhook login'.")
	}
}

/** Keeps a login for this user alone, in place of an earlier one; a reader sees the one or the other, never a part. */
export function writeLogin(environment: NodeJS.ProcessEnv, login: Login): string {
	const file = loginFile(environment)
	const folder = dirname(file)
	const part = join(folder, `.login.${randomUUID()}.json`)
	try {
		mkdirSync(folder, { recursive: true, mode: 0o700 })
		// It may be there with other rights.
		chmodSync(folder, 0o700)
		writeFileSync(part, `${JSON.stringify(login, null, '\t')}\n`, { mode: 0o600, flag: 'wx' })
		renameSync(part, file)
		return file
	} catch (error) {
		if (existsSync(part)) rmSync(part)
		throw new UsageError(`${file} cannot be written: ${(error as Error).message}.`)
	}
}
