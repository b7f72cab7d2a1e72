import { isUsable } from './access/access-token.ts'
import type { AssetSource } from './assets/asset-source.ts'
import { trySignIn } from './azure/try-sign-in.ts'
import { type Clock, within } from './clock.ts'
import type { Config, Secrets } from './config.ts'
import { healthChecks } from './health/health-checks.ts'
import { HealthMonitor } from './health/health-monitor.ts'
import { HEALTH_CHECK_TIME_MAX } from './limits.ts'
import type { Log } from './log.ts'
import type { Meter } from './meter.ts'
import { type Metrics, openMetrics } from './metrics/metrics.ts'
import { programVersion } from './program.ts'
import type { RunbookCatalog } from './runbooks/runbook-catalog.ts'
import { defaultLaunch } from './sandbox/inspect-runbook.ts'
import type { SandboxPool } from './sandbox/sandbox-pool.ts'
import { healthParts, type LiveSettings, watchSettingsFile } from './settings-file.ts'
import type { Storage } from './storage/open-storage.ts'
import { openTracing, type Tracing } from './tracing.ts'
import type { Guard } from './webhooks/check-call.ts'
import { callability } from './webhooks/webhook.ts'
import type { Runners } from './worker/runners.ts'
import type { WorkerPool } from './worker/worker-pool.ts'

/** Milliseconds that no setting of the clock moves. */
const monotonic = () => performance.now()

/** What the parts are given to be counted by, and what comes of it. */
export type Monitoring = {
	liveSettings: () => LiveSettings
	meter: Meter
	metrics: Metrics
	tracing: Tracing | undefined
	sandboxStarts: { succeeded: number; failed: number }
}

type OwnParts = { config: Config; secrets: Secrets; clock: Clock; log: Log }

/** Begins to count, and to follow the settings that may change. Throws a StartError when their file has a fault. */
export async function openMonitoring({ config, secrets, clock, log }: OwnParts): Promise<Monitoring & AsyncDisposable> {
	const defaults = { healthPath: config.healthPath, healthKey: secrets.healthKey }
	const watched = await watchSettingsFile({ file: config.settingsFile, defaults, clock, log: log.part('settings') })
	const metrics = openMetrics(programVersion())
	const sandboxStarts = { succeeded: 0, failed: 0 }
	const meter: Meter = {
		...metrics.meter,
		sandboxStarted(taken) {
			sandboxStarts[taken === undefined ? 'failed' : 'succeeded']++
			metrics.meter.sandboxStarted(taken)
		},
	}
	return {
		liveSettings: watched.current,
		meter,
		metrics,
		tracing: openTracing(programVersion()),
		sandboxStarts,
		[Symbol.asyncDispose]: () => watched[Symbol.asyncDispose](),
	}
}

type WatchedParts = Monitoring &
	OwnParts & {
		storage: Storage
		sandboxes: SandboxPool
		runbooks: RunbookCatalog
		runners: Runners
		workers: WorkerPool
		assets: { source: Pick<AssetSource, 'variable' | 'credential' | 'missingText'> }
		guard: Pick<Guard, 'secrets'>
		/** When the schedules were last looked at. */
		lookedTime: () => number | undefined
	}

/** Begins to look at how the parts are, and to measure them when asked; it ends with what else was opened. */
export async function watchHealth(opened: AsyncDisposableStack, parts: WatchedParts): Promise<HealthMonitor> {
	const { sandboxStarts, config, secrets, sandboxes, clock, log } = parts
	const closing = new AbortController()
	opened.defer(() => closing.abort())
	const { armEndpoint, dataDir, queueLimit } = config
	const signInParts = { armEndpoint, environment: secrets.sandboxEnvironment, signal: closing.signal }
	const checks = healthChecks({
		...{ ...parts, dataDir, queueLimit, monotonic },
		sandboxes: { starts: sandboxStarts, startAnother: () => sandboxes.borrow(defaultLaunch, { anew: true }) },
		signIn: (principal) => trySignIn(principal, signInParts),
	})
	const health = opened.use(await HealthMonitor.open({ checks, clock, monotonic, log: log.part('health') }))
	measure(parts, health)
	return health
}

function measure({ metrics, config, storage, runbooks, runners, workers, clock }: WatchedParts, health: HealthMonitor): void {
	// A store that hangs must not take all other figures with it.
	const inTime = async <Result>(work: Promise<Result>): Promise<Result> => {
		const result = await within(clock, HEALTH_CHECK_TIME_MAX, work)
		if (result === 'late') throw new Error('It took too long.')
		return result
	}
	metrics.measure({
		waiting: () => inTime(storage.queue.waiting(runbooks.concurrencyLimits())),
		running: () => workers.runningCount,
		concurrency: config.concurrency,
		runners: async () => (await inTime(runners.list())).map(({ drainingTime }) => ({ isDraining: drainingTime !== null })),
		storeBytes: () => inTime(storage.bytes()),
		webhooks: async () => (await inTime(storage.webhooks.list())).filter((webhook) => callability(webhook, clock.now()) === 'callable'),
		accessTokens: async () => (await inTime(storage.accessTokens.list())).filter((token) => isUsable(token, clock.now())),
		health: () => {
			const known = healthParts.map((part) => health.health(part)).filter(({ checkedTime }) => checkedTime !== null)
			return known.map(({ part, status }) => ({ part, isUp: status !== 'down' }))
		},
		now: clock.now,
	})
}
