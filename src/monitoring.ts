import type { AssetSource } from './assets/asset-source.ts'
import { trySignIn } from './azure/try-sign-in.ts'
import type { Clock } from './clock.ts'
import type { Config, Secrets } from './config.ts'
import { healthChecks } from './health/health-checks.ts'
import { HealthMonitor } from './health/health-monitor.ts'
import type { Log } from './log.ts'
import type { RunbookCatalog } from './runbooks/runbook-catalog.ts'
import { defaultLaunch } from './sandbox/inspect-runbook.ts'
import type { SandboxPool } from './sandbox/sandbox-pool.ts'
import type { LiveSettings } from './settings-file.ts'
import type { Storage } from './storage/open-storage.ts'

/** Milliseconds that no setting of the clock moves. */
const monotonic = () => performance.now()

type HealthParts = {
	config: Config
	secrets: Secrets
	storage: Storage
	sandboxes: SandboxPool
	runbooks: RunbookCatalog
	assets: { source: AssetSource }
	settings: () => LiveSettings
	/** When the schedules were last looked at. */
	lookedTime: () => number | undefined
	clock: Clock
	log: Log
}

/** Begins to look at how the parts are; it ends with what else was opened. */
export async function openHealth(
	opened: AsyncDisposableStack,
	{ config, secrets, sandboxes, log, ...parts }: HealthParts,
): Promise<HealthMonitor> {
	const closing = new AbortController()
	opened.defer(() => closing.abort())
	const { armEndpoint, dataDir, queueLimit } = config
	const signInParts = { armEndpoint, environment: secrets.sandboxEnvironment, signal: closing.signal }
	const checks = healthChecks({
		...{ ...parts, dataDir, queueLimit, monotonic },
		sandboxes: { starts: sandboxes.starts, startAnother: () => sandboxes.borrow(defaultLaunch, { anew: true }) },
		signIn: (principal) => trySignIn(principal, signInParts),
	})
	return opened.use(await HealthMonitor.open({ checks, clock: parts.clock, monotonic, log: log.part('health') }))
}
