import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { METRIC_RUNBOOKS_MAX, METRIC_WEBHOOKS_MAX } from '../limits.ts'
import type { Meter } from '../meter.ts'
import { BoundedLabels } from './bounded-labels.ts'
import { type Gauges, registerGauges } from './gauges.ts'

/** All that is counted, timed and measured, in Prometheus' terms. */
export type Metrics = {
	meter: Meter
	/** What is measured when it is asked for. Without it there is none of it. */
	measure(gauges: Gauges): void
	/** All of it in the text format of Prometheus. */
	text(): Promise<string>
	contentType: string
}

const quick = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const patient = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3_600, 10_800]

/** Opens the metrics of one runner, with a registry of their own. */
export function openMetrics(version: string): Metrics {
	const registry = new Registry()
	const registers = [registry]
	collectDefaultMetrics({ register: registry })
	const build = { name: 'runhook_build_info', help: 'The program, always 1.', labelNames: ['version', 'node'] as const }
	new Gauge({ ...build, registers }).set({ version, node: process.version }, 1)
	const histogram = (name: string, help: string, buckets: number[]) => new Histogram({ name, help, buckets, registers })
	const startSeconds = histogram('runhook_job_start_seconds', 'From a job being queued to its runbook beginning to run.', patient)
	const sandboxSeconds = histogram('runhook_sandbox_start_seconds', 'Starting a sandbox process until it is ready.', quick)
	const commitSeconds = histogram('runhook_store_commit_seconds', 'One batch of requests to the store, its commit included.', quick)
	const commitSizes = histogram('runhook_store_commit_requests', 'Requests to the store that shared a commit.', [1, 2, 5, 10, 50, 100, 500])
	const lateSeconds = histogram('runhook_schedule_lateness_seconds', 'From a run being due to its job being queued.', patient)
	const runSeconds = new Histogram({
		...{ name: 'runhook_job_run_seconds', help: 'From a job being taken to its end, by runbook and end.', registers },
		...{ labelNames: ['runbook', 'end'] as const, buckets: patient },
	})
	const sandboxes = new Counter({
		...{ name: 'runhook_sandboxes_taken_total', help: 'Processes that jobs got: warm, spare or cold ones.', registers },
		labelNames: ['kind'] as const,
	})
	const failures = new Counter({
		name: 'runhook_sandbox_start_failures_total',
		help: 'Sandbox processes that could not be started.',
		registers,
	})
	const webhookCalled = registerCalls(registry)
	const runbooks = new BoundedLabels(METRIC_RUNBOOKS_MAX)
	return {
		meter: {
			webhookCalled,
			jobStarted: (waited) => startSeconds.observe(Math.max(0, waited) / 1000),
			jobEnded: (runbookName, end, taken) => runSeconds.observe({ runbook: runbooks.of(runbookName), end }, taken / 1000),
			sandboxTaken: (kind) => sandboxes.inc({ kind }),
			sandboxStarted: (taken) => (taken === undefined ? failures.inc() : sandboxSeconds.observe(taken / 1000)),
			committed(requestCount, taken) {
				commitSizes.observe(requestCount)
				commitSeconds.observe(taken / 1000)
			},
			scheduleStarted: (lateness) => lateSeconds.observe(Math.max(0, lateness) / 1000),
		},
		measure: (gauges) => registerGauges(registry, gauges),
		// prom-client's spelling of a mean of nothing is not the format's.
		text: async () => (await registry.metrics()).replace(/ Nan$/gm, ' NaN'),
		contentType: registry.contentType,
	}
}

/** Counted in plain maps and handed over when asked for: a counter with labels takes as long as ten of these, and calls come by the ten thousand. */
function registerCalls(registry: Registry): Meter['webhookCalled'] {
	const counts = new Map<string, Map<string, number>>()
	const webhooks = new BoundedLabels(METRIC_WEBHOOKS_MAX)
	new Counter({
		name: 'runhook_webhook_calls_total',
		help: 'Calls of webhooks by webhook and verdict; without a webhook where the token names none.',
		labelNames: ['webhook', 'verdict'],
		registers: [registry],
		collect() {
			this.reset()
			for (const [webhook, verdicts] of counts) for (const [verdict, count] of verdicts) this.inc({ webhook, verdict }, count)
		},
	})
	return (webhookName, verdict) => {
		const webhook = webhookName === undefined ? '' : webhooks.of(webhookName)
		let verdicts = counts.get(webhook)
		if (!verdicts) {
			verdicts = new Map()
			counts.set(webhook, verdicts)
		}
		verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1)
	}
}
