import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WATCHDOG_TIME_MAX } from '../limits.ts'
import type { RunbookDefinition } from '../runbooks/runbook.ts'
import type { HostSettings } from './sandbox-protocol.ts'

/** What a sandbox is started with: those of equal settings can stand in for each other. */
export type LaunchSettings = Pick<RunbookDefinition, 'memoryMb' | 'permissions' | 'packages'>

/** The same text for equal settings. */
export function launchKey({ memoryMb, permissions, packages }: LaunchSettings): string {
	return JSON.stringify([memoryMb, permissions, packages])
}

const runnerFolder = fileURLToPath(new URL('../../', import.meta.url))
/** What every sandbox reads of the runner. */
export const runnerFiles = ['src', 'node_modules', 'package.json'].map((name) => join(runnerFolder, name))
const hostFile = fileURLToPath(new URL('./sandbox-host.ts', import.meta.url))

type LaunchPlace = { runbooksDir: string; folder: string; bundleFolder?: string | null; coverageFolder?: string | undefined }

/** The arguments of Node for a sandbox that owns `folder`. Nothing may be read, written or started beyond what stands here. */
export function launchArguments(
	{ memoryMb, permissions, packages }: LaunchSettings,
	{ runbooksDir, folder, bundleFolder = null, coverageFolder }: LaunchPlace,
): string[] {
	const readable = [...runnerFiles, runbooksDir, ...packageFolders(runbooksDir), folder, ...permissions.read, ...permissions.write]
	const settings: HostSettings = { runbooksDir, packages, bundleFolder, watchdogMilliseconds: WATCHDOG_TIME_MAX }
	return [
		`--max-old-space-size=${memoryMb}`,
		'--disable-warning=ExperimentalWarning',
		'--disable-warning=SecurityWarning',
		// Warnings are records of the Warning stream: Node would print them on standard error, too.
		'--no-warnings',
		// Else one runbook's signal opens the debugger in the process of another one that may use the inspector.
		'--disable-sigusr1',
		'--permission',
		// For the watchdog. What threads a runbook starts is bound in bind-threads.ts.
		'--allow-worker',
		...(permissions.childProcess ? ['--allow-child-process'] : []),
		...(permissions.addons ? ['--allow-addons'] : []),
		// Under test: the coverage is taken by Node's inspector.
		...(coverageFolder ? ['--allow-inspector'] : []),
		// It opens and writes any file, whatever the permissions are (tried on Node 24.21).
		...(permissions.addons || permissions.write.includes('*') ? [] : ['--no-experimental-sqlite']),
		...readable.map((path) => `--allow-fs-read=${path}`),
		...[folder, ...permissions.write, ...(coverageFolder ? [coverageFolder] : [])].map((path) => `--allow-fs-write=${path}`),
		hostFile,
		JSON.stringify(settings),
	]
}

/** Whether a runbook can start programs: native code can do whatever it likes. */
export function mayStartPrograms({ childProcess, addons }: LaunchSettings['permissions']): boolean {
	return childProcess || addons
}

/** Where Node looks for packages of a file in that folder, up to the root. */
function packageFolders(folder: string): string[] {
	const paths: string[] = []
	for (let at = folder; ; at = dirname(at)) {
		paths.push(join(at, 'node_modules'), join(at, 'package.json'))
		if (dirname(at) === at) return paths
	}
}

/** The environment of a sandbox: what runbooks may see, and what its own folder adds. */
export function launchEnvironment(
	passedOn: Record<string, string>,
	{ sandboxId, folder }: { sandboxId: string; folder: string },
): Record<string, string> {
	return {
		...passedOn,
		// The runner's own Node first: a runbook that may start programs gets the same one.
		PATH: [dirname(process.execPath), passedOn.PATH].filter(Boolean).join(delimiter),
		TMPDIR: workFolder(folder),
		NODE_COMPILE_CACHE: cacheFolder(folder),
		RUNHOOK_SANDBOX: sandboxId,
	}
}

/** The working folder of the job that runs, within a sandbox's own folder. */
export function workFolder(folder: string): string {
	return join(folder, 'work')
}

export function cacheFolder(folder: string): string {
	return join(folder, 'cache')
}
