import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryFolder } from './temporary-folder.ts'

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** A folder to start a runner in: the given runbooks, and webhooks.json to the letter. */
export function runnerFolder(runbooks: Record<string, string>, webhooks: string): { path: string } & Disposable {
	const folder = temporaryFolder()
	mkdirSync(join(folder.path, 'runbooks'))
	for (const [name, text] of Object.entries(runbooks)) writeFileSync(join(folder.path, 'runbooks', `${name}.ts`), text)
	writeFileSync(join(folder.path, 'webhooks.json'), webhooks)
	return folder
}

/** Starts a runner whose start is expected to fail; resolves with how it ended and what it wrote. One that goes on is killed. */
export function runToEnd(
	folder: string,
	environment: Record<string, string> = {},
): Promise<{ code: number | null; printed: string; logged: string }> {
	const { PATH = '', NODE_V8_COVERAGE } = process.env
	const env = { PATH, ...(NODE_V8_COVERAGE ? { NODE_V8_COVERAGE } : {}), RUNHOOK_PORT: '0', ...environment }
	const child = spawn(process.execPath, [mainFile], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
	const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
	let printed = ''
	let logged = ''
	child.stdout.on('data', (chunk) => {
		printed += chunk
	})
	child.stderr.on('data', (chunk) => {
		logged += chunk
	})
	return new Promise((resolve) =>
		child.on('close', (code) => {
			clearTimeout(timer)
			resolve({ code, printed, logged })
		}),
	)
}
