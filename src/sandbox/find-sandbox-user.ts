import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { StartError } from '../errors.ts'
import type { Log } from '../log.ts'
import { removeAs } from './remove-as.ts'
import { planUser, type SandboxUser } from './sandbox-user.ts'

type Place = {
	/** That of the sandboxes; all of its parents have to let others through. */
	folder: string
	/** The data folder; others are let through it, and see nothing in it. */
	dataDir: string
	/** Files and folders that sandboxes read. */
	needed: string[]
	/** Files and folders that they must not be able to read. */
	secret: string[]
	log: Log
}

/**
 * The user that sandboxes run as, tried out; undefined: that of the runner. Throws a StartError where the user that was asked for cannot be used;
 * where none was asked for, the log says why it is the runner's own.
 */
export async function findSandboxUser(wanted: string | undefined, place: Place): Promise<SandboxUser | undefined> {
	const plan = planUser({ wanted, ownUid: process.getuid!(), passwd: readPasswd() })
	if (plan.kind === 'same') return undefined
	if (plan.kind === 'refused') throw new StartError(`RUNHOOK_SANDBOX_USER: ${plan.reason}.`)
	const { user, isChosen } = plan
	const { log } = place
	const tried = await tryUser(user, place)
	if ('reason' in tried && isChosen) throw new StartError(`RUNHOOK_SANDBOX_USER: sandboxes cannot run as "${wanted}": ${tried.reason}.`)
	if ('reason' in tried) {
		const remedy = 'put program, runbooks and data where other users can read, or set RUNHOOK_SANDBOX_USER=root to have it so'
		log.warn('Runbooks run as root, and Node alone holds them back: they cannot run as another user', { reason: tried.reason, remedy })
		return undefined
	}
	for (const path of tried.open) log.warn('Runbooks that start programs can read a secret: take it from other users (chmod)', { path })
	log.info('Sandboxes run as another user', { ...user, setting: 'RUNHOOK_SANDBOX_USER' })
	return user
}

/** Containers may have none. */
function readPasswd(): string {
	try {
		return readFileSync('/etc/passwd', 'utf8')
	} catch {
		return ''
	}
}

/** What a process of that user finds: the folder that it is not let through, or the secrets that it could read. */
type Finding = { closed: string | null; open: string[] }

/** Runs in a process of that user, from its text. Stays until it is killed, because that has to work, too; where it does not, until its input ends. */
function look(fs: typeof import('node:fs'), { needed, secret, own }: { needed: string[]; secret: string[]; own: string }): void {
	const { R_OK, W_OK, X_OK } = fs.constants
	const may = (path: string, mode: number) => {
		try {
			fs.accessSync(path, mode)
			return true
		} catch (error) {
			return (error as NodeJS.ErrnoException).code === 'ENOENT'
		}
	}
	const parents = (path: string) => path.split('/').map((_, index, steps) => steps.slice(0, index).join('/') || '/')
	const closed =
		needed.map((path) => parents(path).find((each) => !may(each, X_OK)) ?? (may(path, R_OK) ? null : path)).find((path) => path !== null) ??
		(may(own, W_OK) ? null : own)
	process.stdout.write(`${JSON.stringify({ closed, open: secret.filter((path) => fs.existsSync(path) && may(path, R_OK)) })}\n`)
	process.stdin.resume().on('close', () => process.exit())
}

/** How long the process of the trial may take, milliseconds. */
const TRIAL_TIME_MAX = 30_000

/** All that a runner does with such a sandbox: gives it a folder, starts it, ends it and clears its folder away. */
async function tryUser(user: SandboxUser, { folder, dataDir, needed, secret }: Place): Promise<{ open: string[] } | { reason: string }> {
	const own = join(folder, 'trial')
	try {
		mkdirSync(folder, { recursive: true })
		for (const each of [dataDir, folder]) chmodSync(each, statSync(each).mode | 0o011)
		rmSync(own, { recursive: true, force: true })
		mkdirSync(own, { mode: 0o700 })
		mkdirSync(join(own, 'inner'))
		for (const each of [join(own, 'inner'), own]) chownSync(each, user.uid, user.gid)
		const facts = { needed: [...needed, own], secret, own }
		const child = spawn(
			process.execPath,
			['-e', `(${look.toString()})(require('node:fs'), JSON.parse(process.argv[1]))`, JSON.stringify(facts)],
			{
				...user,
				...{ cwd: '/', env: {}, detached: true, stdio: ['pipe', 'pipe', 'ignore'] },
			},
		)
		const { closed, open } = await findingOf(child)
		if (closed !== null) return { reason: `${closed} is closed to user ${user.uid}` }
		await removeAs(user, own)
		return { open }
	} catch (error) {
		const { code, message, syscall = '' } = error as NodeJS.ErrnoException
		if (code === 'EACCES' && syscall.startsWith('spawn')) return { reason: `${dirname(process.execPath)} is closed to user ${user.uid}` }
		return { reason: message }
	} finally {
		rmSync(own, { recursive: true, force: true })
	}
}

/** What the process of a trial says. Throws an Error when it cannot be started or cannot be ended. */
async function findingOf(child: ChildProcess): Promise<Finding> {
	const timer = setTimeout(() => child.kill('SIGKILL'), TRIAL_TIME_MAX)
	try {
		await once(child, 'spawn')
		const exited = once(child, 'exit')
		const line = Promise.withResolvers<string>()
		createInterface({ input: child.stdout! })
			.once('line', line.resolve)
			.once('close', () => line.reject(new Error('a process of that user ended')))
		const text = await line.promise
		process.kill(-child.pid!, 'SIGKILL')
		await exited
		return JSON.parse(text) as Finding
	} finally {
		clearTimeout(timer)
		child.stdin?.destroy()
	}
}
