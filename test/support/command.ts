import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { adminToken, type Runner } from './runner.ts'

const mainFile = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export type CommandSettings = {
	environment?: Record<string, string>
	/** What comes on standard input; nothing without it. */
	input?: string
	cwd?: string
}

/** How a command ended. */
export type CommandEnd = { code: number | null; stdout: string; stderr: string }

/** A command that runs. `stdout` and `stderr` grow meanwhile. */
export type RunningCommand = { process: ChildProcess; stdout: string; stderr: string; ended: Promise<CommandEnd> }

/** Starts `runhook` with these words, in an environment that has nothing but what is given. */
export function startCommand(words: string[], { environment = {}, input, cwd }: CommandSettings = {}): RunningCommand {
	const { PATH = '', NODE_V8_COVERAGE, TZ } = process.env
	const own = { PATH, HOME: '/nowhere', ...(NODE_V8_COVERAGE ? { NODE_V8_COVERAGE } : {}), ...(TZ ? { TZ } : {}) }
	const child = spawn(process.execPath, [mainFile, ...words], { cwd, env: { ...own, ...environment }, stdio: 'pipe' })
	const command: RunningCommand = { process: child, stdout: '', stderr: '', ended: undefined as never }
	const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
	child.stdout.setEncoding('utf8').on('data', (chunk) => {
		command.stdout += chunk
	})
	child.stderr.setEncoding('utf8').on('data', (chunk) => {
		command.stderr += chunk
	})
	command.ended = once(child, 'close').then(() => {
		clearTimeout(timer)
		return { code: child.exitCode, stdout: command.stdout, stderr: command.stderr }
	})
	child.stdin.on('error', () => undefined)
	child.stdin.end(input ?? '')
	return command
}

/** Runs `runhook` with these words to its end. */
export function runCommand(words: string[], settings: CommandSettings = {}): Promise<CommandEnd> {
	return startCommand(words, settings).ended
}

/** The environment that lets a command into a runner. */
export function letInto(runner: Pick<Runner, 'url'>): Record<string, string> {
	return { RUNHOOK_ENDPOINT: runner.url, RUNHOOK_TOKEN: adminToken }
}
