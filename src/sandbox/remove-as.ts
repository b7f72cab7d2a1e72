import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmdirSync } from 'node:fs'
import type { SandboxUser } from './sandbox-user.ts'

/**
 * Removes a folder of that user's with the rights of that user: what it left there may be made so, or change meanwhile, that it leads elsewhere.
 * Throws an Error when something remains.
 */
export async function removeAs(user: SandboxUser, folder: string): Promise<void> {
	await removeContentAs(user, [folder])
	rmdirSync(folder)
}

/** The same of some files and folders. What cannot be removed stays. */
export async function removeContentAs(user: SandboxUser, paths: string[]): Promise<void> {
	const child = spawn('rm', ['-rf', '--', ...paths], { ...user, cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: 'ignore' })
	await once(child, 'exit')
}
