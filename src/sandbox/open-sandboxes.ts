import { join } from 'node:path'
import type { Config, Secrets } from '../config.ts'
import type { Log } from '../log.ts'
import type { Meter } from '../meter.ts'
import { findSandboxUser } from './find-sandbox-user.ts'
import { MemoryGroups } from './memory-groups.ts'
import { findPackageBundle } from './package-bundle.ts'
import { runnerFiles } from './sandbox-launch.ts'
import { SandboxPool } from './sandbox-pool.ts'

type Parts = Pick<Secrets, 'sandboxEnvironment'> & {
	/** Names the program that sandboxes run. */
	program: string
	/** Of the store, which no sandbox may read. */
	storeFiles: string[]
	mayPing: () => boolean
	meter: Meter
	log: Log
}

/** The sandboxes of a runner. At least one spare for the next job of its kind, two where more than a few jobs run at once. Throws a StartError. */
export async function openSandboxes(
	config: Config,
	{ sandboxEnvironment, program, storeFiles, mayPing, meter, ...parts }: Parts,
): Promise<SandboxPool> {
	const log = parts.log.part('sandbox')
	const { dataDir, runbooksDir, concurrency, secretsDir, tls, envFile } = config
	const bundle = findPackageBundle()
	if (!bundle) log.warn('Packages are not bundled: runbooks that use Azure start slower', { remedy: 'npm run prepare' })
	const folder = join(dataDir, 'sandboxes')
	const secret = [...storeFiles, envFile, secretsDir, tls?.keyFile].filter((path) => path !== undefined)
	const memoryGroups = MemoryGroups.open()
	if (memoryGroups) log.info('Control groups bound the memory of sandboxes')
	return SandboxPool.open({
		folder,
		user: await findSandboxUser(config.sandboxUser, { folder, dataDir, needed: [...runnerFiles, runbooksDir], secret, log }),
		memoryGroups,
		runbooksDir,
		environment: sandboxEnvironment,
		cacheKey: program,
		bundle,
		idleMax: concurrency,
		spareCount: Math.min(2, concurrency),
		mayPing,
		meter,
		log,
	})
}
