import assert from 'node:assert/strict'
import { test } from 'uvu'
import { METRIC_RUNBOOKS_MAX, METRIC_WEBHOOKS_MAX } from '../../src/limits.ts'
import type { Gauges } from '../../src/metrics/gauges.ts'
import { openMetrics } from '../../src/metrics/metrics.ts'
import { readPrometheusText } from '../support/prometheus-text.ts'

const gauges: Gauges = {
	waiting: async () => ({ count: 3, oldestTime: 1_000 }),
	running: () => 2,
	runners: async () => [{ isDraining: false }, { isDraining: true }, { isDraining: false }],
	concurrency: 4,
	storeBytes: async () => 4_096,
	webhooks: async () => [],
	accessTokens: async () => [],
	health: () => [{ part: 'store', isUp: false }],
	now: () => 61_000,
}

test('however many webhooks and runbooks there are, a bounded number is told apart and the rest counted together', async () => {
	const metrics = openMetrics('1.2.3')
	const { meter } = metrics
	for (let index = 0; index < 300; index++) {
		meter.webhookCalled(`hook ${index}`, 'accepted')
		meter.jobEnded(`runbook ${index}`, 'Completed', 5)
	}
	meter.webhookCalled('hook 0', 'accepted')
	const families = readPrometheusText(await metrics.text())
	const calls = families.get('runhook_webhook_calls_total')!.samples
	assert.equal(calls.length, METRIC_WEBHOOKS_MAX + 1)
	assert.equal(calls.find(({ labels }) => labels.webhook === 'hook 0')?.value, 2)
	assert.equal(calls.find(({ labels }) => labels.webhook === 'other')?.value, 300 - METRIC_WEBHOOKS_MAX)
	const ends = families.get('runhook_job_run_seconds')!.samples.filter(({ name }) => name.endsWith('_count'))
	assert.equal(ends.length, METRIC_RUNBOOKS_MAX + 1)
	assert.equal(ends.find(({ labels }) => labels.runbook === 'other')?.value, 300 - METRIC_RUNBOOKS_MAX)
})

test('asked twice a counter is the same, and of many webhooks those are shown that expire soonest', async () => {
	const metrics = openMetrics('1.2.3')
	metrics.meter.webhookCalled('a\\b"c', 'accepted')
	const webhooks = Array.from({ length: 300 }, (_, index) => ({ name: `hook ${index}`, expiryTime: (1_000 - index) * 1_000 }))
	metrics.measure({ ...gauges, webhooks: async () => webhooks })
	metrics.meter.webhookCalled(undefined, 'invalidToken')
	await metrics.text()
	const families = readPrometheusText(await metrics.text())
	assert.deepEqual(
		families.get('runhook_webhook_calls_total')!.samples.map(({ labels, value }) => [labels, value]),
		[
			[{ webhook: 'a\\b"c', verdict: 'accepted' }, 1],
			[{ webhook: '', verdict: 'invalidToken' }, 1],
		],
	)
	const expiries = families.get('runhook_webhook_expiry_timestamp_seconds')!.samples
	assert.equal(expiries.length, METRIC_WEBHOOKS_MAX)
	assert.deepEqual([expiries[0]!.labels.webhook, expiries[0]!.value], ['hook 299', 701])
	assert.equal(families.get('runhook_jobs_waiting_oldest_seconds')!.samples[0]!.value, 60)
	assert.equal(families.get('runhook_health_up')!.samples[0]!.value, 0)
})

test('what cannot be measured now has no value, and all else has', async () => {
	const metrics = openMetrics('1.2.3')
	let isAway = true
	const waiting = async () => {
		if (isAway) throw new Error('The store is away.')
		return { count: 3, oldestTime: null }
	}
	const list = async () => {
		await waiting()
		return [{ name: 'deploy', expiryTime: 5_000 }]
	}
	metrics.measure({ ...gauges, waiting, webhooks: list, accessTokens: list })
	const samples = async (name: string) =>
		readPrometheusText(await metrics.text())
			.get(name)!
			.samples.map(({ value }) => value)
	const expiries = ['runhook_webhook_expiry_timestamp_seconds', 'runhook_access_token_expiry_timestamp_seconds']
	assert.deepEqual([await samples('runhook_jobs_waiting'), await samples('runhook_jobs_running')], [[], [2]])
	for (const name of expiries) assert.deepEqual(await samples(name), [])
	isAway = false
	for (const name of expiries) assert.deepEqual(await samples(name), [5])
	assert.deepEqual([await samples('runhook_jobs_waiting'), await samples('runhook_jobs_waiting_oldest_seconds')], [[3], [0]])
})

test('figures are seconds, and a clock that was set back makes none negative', async () => {
	const metrics = openMetrics('1.2.3')
	metrics.meter.jobStarted(1_500)
	metrics.meter.jobStarted(-1_000)
	metrics.meter.scheduleStarted(250)
	metrics.meter.sandboxStarted(40)
	metrics.meter.sandboxStarted(undefined)
	metrics.meter.sandboxTaken('cold')
	metrics.meter.committed(7, 3)
	const families = readPrometheusText(await metrics.text())
	const value = (family: string, end = '') => families.get(family)!.samples.find(({ name }) => name === family + end)?.value
	assert.deepEqual(
		[
			value('runhook_job_start_seconds', '_sum'),
			value('runhook_schedule_lateness_seconds', '_sum'),
			value('runhook_sandbox_start_seconds', '_sum'),
			value('runhook_sandbox_start_failures_total'),
			value('runhook_sandboxes_taken_total'),
			value('runhook_store_commit_requests', '_sum'),
			value('runhook_store_commit_seconds', '_sum'),
		],
		[1.5, 0.25, 0.04, 1, 1, 7, 0.003],
	)
})

test.run()
