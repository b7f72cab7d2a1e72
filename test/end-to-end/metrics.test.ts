import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import { healthKey, withKey } from '../support/ask-health.ts'
import { type Family, readPrometheusText } from '../support/prometheus-text.ts'
import { runbookText } from '../support/runbook-text.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'

const accountPath =
	'/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/runhook/providers/Microsoft.Automation/automationAccounts/runhook'

async function makeToken(runner: Runner, name: string, properties: object): Promise<void> {
	const body = JSON.stringify({ properties })
	assert.equal((await runner.manage(`${accountPath}/accessTokens/${name}`, { method: 'PUT', body })).status, 201)
}

async function scrape(runner: Runner, init: RequestInit = withKey): Promise<Map<string, Family>> {
	const response = await fetch(`${runner.url}/metrics`, init)
	assert.equal(response.status, 200)
	assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
	return readPrometheusText(await response.text())
}

/** The value of the one sample that has these labels; undefined where there is none. */
function figure(families: Map<string, Family>, family: string, labels: Record<string, string> = {}, name = family): number | undefined {
	const samples = families.get(family)!.samples.filter((sample) => sample.name === name)
	return samples.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))?.value
}

test('what was called, started, run and committed is counted, in a text that Prometheus can read', async () => {
	await using runner = await startRunner({
		runbooks: { greets: runbookText(`output('hi')`), fails: runbookText(`throw new Error('secret')`) },
		webhooks: [
			{ name: 'a "quoted" name', runbook: 'greets' },
			{ name: 'off', runbook: 'greets', isEnabled: false },
			{ name: 'fails', runbook: 'fails' },
			{ name: 'far', runbook: 'greets', allowedAddresses: ['192.0.2.1'] },
		],
		environment: { RUNHOOK_HEALTH_KEY: healthKey },
	})
	const tokenExpiry = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000).toISOString()
	await makeToken(runner, 'ci', { role: 'Reader', expiryTime: tokenExpiry })
	await makeToken(runner, 'off', { role: 'Reader', expiryTime: tokenExpiry, isEnabled: false })
	const jobs = [await runner.start('a "quoted" name'), await runner.start('fails')]
	for (const jobId of jobs) await runner.untilJob(jobId)
	await runner.untilJob(await runner.start('a "quoted" name'))
	await runner.call('off')
	await runner.call('far')
	await fetch(`${runner.url}/webhooks?token=never-issued`, { method: 'POST' })
	await fetch(`${runner.url}/webhooks/nobody`, { method: 'POST' })

	const found = await until('the ends are counted', async () => {
		const families = await scrape(runner)
		const failed = figure(families, 'runhook_job_run_seconds', { runbook: 'fails', end: 'Failed' }, 'runhook_job_run_seconds_count')
		return failed !== undefined && families
	})
	const calls = (webhook: string, verdict: string) => figure(found, 'runhook_webhook_calls_total', { webhook, verdict })
	assert.deepEqual(
		[calls('a "quoted" name', 'accepted'), calls('fails', 'accepted'), calls('off', 'expiredOrDisabled'), calls('', 'invalidToken')],
		[2, 1, 1, 1],
	)
	assert.deepEqual([calls('far', 'addressNotAllowed'), calls('', 'noSuchName')], [1, 1])
	const ended = { runbook: 'greets', end: 'Completed' }
	assert.equal(figure(found, 'runhook_job_run_seconds', ended, 'runhook_job_run_seconds_count'), 2)
	assert.equal(figure(found, 'runhook_job_start_seconds', {}, 'runhook_job_start_seconds_count'), 3)
	const taken = ['warm', 'spare', 'cold'].map((kind) => figure(found, 'runhook_sandboxes_taken_total', { kind }) ?? 0)
	assert.equal(
		taken.reduce((sum, count) => sum + count),
		3,
	)
	assert.ok(taken[0]! >= 1, 'the second job of a runbook has the process of the first')
	assert.ok(figure(found, 'runhook_sandbox_start_seconds', {}, 'runhook_sandbox_start_seconds_count')! > 0)
	assert.equal(figure(found, 'runhook_sandbox_start_failures_total'), 0)
	assert.ok(figure(found, 'runhook_store_commit_seconds', {}, 'runhook_store_commit_seconds_count')! > 3)
	assert.ok(figure(found, 'runhook_store_commit_requests', {}, 'runhook_store_commit_requests_sum')! > 3)
	assert.ok(figure(found, 'runhook_store_bytes')! > 0)
	assert.deepEqual([figure(found, 'runhook_jobs_waiting'), figure(found, 'runhook_jobs_running')], [0, 0])
	const expiry = Date.parse('2035-12-31T00:00:00Z') / 1000
	assert.equal(figure(found, 'runhook_webhook_expiry_timestamp_seconds', { webhook: 'fails' }), expiry)
	assert.equal(figure(found, 'runhook_webhook_expiry_timestamp_seconds', { webhook: 'off' }), undefined)
	assert.equal(figure(found, 'runhook_health_up', { part: 'store' }), 1)
	assert.equal(figure(found, 'runhook_access_token_expiry_timestamp_seconds', { token: 'off' }), undefined)
	assert.deepEqual(figure(found, 'runhook_access_token_expiry_timestamp_seconds', { token: 'ci' }), Date.parse(tokenExpiry) / 1000)
	assert.ok(figure(found, 'nodejs_eventloop_lag_seconds') !== undefined)
	assert.doesNotMatch(JSON.stringify([...found]), /secret|never-issued/)
})

test('jobs that wait are counted with their age', async () => {
	await using runner = await startRunner({
		runbooks: { waits: runbookText(`await new Promise((resolve) => signal.addEventListener('abort', resolve))`) },
		environment: { RUNHOOK_HEALTH_KEY: healthKey, RUNHOOK_CONCURRENCY: '1' },
	})
	const running = await runner.start('waits')
	await runner.untilJob(running, 'Running')
	const jobs = [running, await runner.start('waits'), await runner.start('waits')]
	const first = await scrape(runner)
	const figures = ['runhook_jobs_waiting', 'runhook_jobs_running', 'runhook_jobs_running_max'].map((name) => figure(first, name))
	assert.deepEqual(figures, [2, 1, 1])
	const age = figure(first, 'runhook_jobs_waiting_oldest_seconds')!
	const older = await until('they grow old', async () => {
		const later = figure(await scrape(runner), 'runhook_jobs_waiting_oldest_seconds')!
		return later > age && later
	})
	assert.ok(older < 60)
	for (const jobId of jobs) await runner.manage(`/jobs/${jobId}/stop`, { method: 'POST' })
})

test('metrics are for who has a key or a management token, unless the settings open them', async () => {
	await using runner = await startRunner({ runbooks: {}, environment: { RUNHOOK_HEALTH_KEY: healthKey } })
	const status = async (init: RequestInit) => (await fetch(`${runner.url}/metrics`, init)).status
	const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
	assert.deepEqual(
		[await status({}), await status(bearer('other')), await status(bearer(adminToken)), await status(withKey)],
		[401, 401, 200, 200],
	)
	assert.equal(await status({ ...withKey, method: 'POST' }), 405)
	writeFileSync(join(runner.folder, 'settings.json'), '{"metrics":{"isPublic":true}}')
	await until('they are open', async () => (await status({})) === 200)
	writeFileSync(join(runner.folder, 'settings.json'), '{}')
	await until('they are closed again', async () => (await status({})) === 401)
})

test('dashboard and alert rules name only metrics and labels that exist', async () => {
	await using runner = await startRunner({ runbooks: {}, environment: { RUNHOOK_HEALTH_KEY: healthKey } })
	const families = await scrape(runner)
	const names = new Set(
		[...families].flatMap(([name, { type }]) => (type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name])),
	)
	const dashboard = readFileSync(new URL('../../docs/grafana/runhook.json', import.meta.url), 'utf8')
	const rules = readFileSync(new URL('../../docs/prometheus/runhook.yml', import.meta.url), 'utf8')
	const panels = (JSON.parse(dashboard) as { panels: { title: string; targets?: { expr: string }[] }[] }).panels
	const shown = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
	const alerted = [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, expr]) => expr!)
	assert.equal(alerted.length, [...rules.matchAll(/^ +- alert: /gm)].length)
	for (const expressions of [shown, alerted]) {
		const named = expressions.flatMap((expr) => expr.match(/\b(?:runhook|nodejs|process)_\w+/g) ?? [])
		assert.ok(named.length >= 8)
		assert.deepEqual(
			named.filter((name) => !names.has(name)),
			[],
		)
	}
	const labels = [...shown, ...alerted].flatMap((expr) => [...expr.matchAll(/\b(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label]) => label!))
	const known = ['token', 'webhook', 'verdict', 'runbook', 'end', 'kind', 'part', 'state', 'job', 'instance', 'le']
	assert.deepEqual(
		labels.filter((label) => !known.includes(label)),
		[],
	)
})

test.run()
