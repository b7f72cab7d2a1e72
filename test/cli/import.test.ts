import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import { account, automationClient, group } from '../support/automation-client.ts'
import { azureAccountScript, linkId as id } from '../support/azure-account.ts'
import { letInto, runCommand } from '../support/command.ts'
import { greets, type ImportReport, importFrom, shortReport as short } from '../support/import-from.ts'
import { adminToken, startRunner } from '../support/runner.ts'
import { scriptedServer } from '../support/scripted-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const actionOf = ({ entries }: ImportReport, kind: string) => entries.find((entry) => entry.kind === kind)?.action

test('an account of Azure is brought over, as the dry run has said, and a second time nothing happens', async () => {
	await using azure = await scriptedServer(azureAccountScript)
	await using runner = await startRunner({ runbooks: { greets }, webhooks: [] })
	const place = { runner, folder: runner.folder }
	const before = readdirSync(runner.folder)
	const dry = await importFrom(azure, place, '--dry-run')
	assert.equal(dry.code, 0, dry.stderr)
	assert.deepEqual(readdirSync(runner.folder), before)
	assert.deepEqual(short(dry.report), [
		'by hand variable key',
		'create variable region',
		'create runbook report',
		'create runbook Stop-Vms',
		'by hand webhook old',
		'create webhook on-alert',
		'create schedule evening',
		'create job schedule evening -> Stop-Vms',
		'by hand credential login',
		'by hand certificate *',
	])
	assert.equal(dry.report.dryRun, true)
	assert.ok(azure.requests.every(({ method }) => method === 'GET'))

	const real = await importFrom(azure, place)
	assert.equal(real.code, 0, real.stdout + real.stderr)
	const asPlanned = (report: ImportReport) =>
		report.entries.map((entry) => ({ ...entry, action: entry.action.replace(/d$/, '').replace('by han', 'by hand') }))
	assert.deepEqual(asPlanned(real.report), asPlanned(dry.report))
	assert.deepEqual(readdirSync(join(runner.folder, 'runbooks')).sort(), ['Stop-Vms.ts', 'greets.ts', 'report.ts'])
	const written = JSON.parse(readFileSync(join(runner.folder, 'webhooks.azure.json'), 'utf8')) as { webhooks: Record<string, unknown>[] }
	assert.deepEqual(written.webhooks, [
		{ name: 'on-alert', runbook: 'Stop-Vms', expiryTime: '2030-01-01T00:00:00.000Z', parameters: { resourcegroup: 'rg', force: true } },
	])

	const { runbook, schedule, jobSchedule, variable } = automationClient(runner)
	const shown = await runbook.get(group, account, 'Stop-Vms')
	assert.equal((shown as { fault?: string }).fault, undefined)
	assert.deepEqual(
		[shown.description, Object.keys(shown.parameters!)],
		['Stops machines.', ['ResourceGroup', 'Names', 'Force', 'WebhookData']],
	)
	assert.deepEqual([shown.parameters!.Names?.defaultValue, shown.parameters!.ResourceGroup?.isMandatory], ['["vm01"]', true])
	const evening = await schedule.get(group, account, 'evening')
	assert.deepEqual(
		[evening.isEnabled, evening.timeZone, evening.startTime?.toISOString()],
		[false, 'W. Europe Standard Time', '2026-01-05T19:00:00.000Z'],
	)
	assert.deepEqual(evening.advancedSchedule?.weekDays, ['Monday', 'Friday'])
	const link = await jobSchedule.get(group, account, id)
	assert.deepEqual([link.runbook?.name, link.parameters], ['Stop-Vms', { RESOURCEGROUP: 'rg', Names: '["vm02"]' }])
	assert.equal((await variable.get(group, account, 'region')).value, '"west"')

	// The entries are taken over by hand; a call of the webhook fails until somebody has written the runbook.
	runner.writeWebhooks(written.webhooks)
	await runner.end('SIGTERM')
	await runner.restart()
	const job = await runner.untilJob(await runner.start('on-alert', '{}'))
	assert.equal(job.properties.status, 'Failed')
	assert.match(job.properties.exception!, /Runbook 'Stop-Vms' is not written yet/)

	const files = () =>
		['runbooks/Stop-Vms.ts', 'webhooks.azure.json', 'webhooks.json'].map((name) => readFileSync(join(runner.folder, name), 'utf8'))
	const kept = files()
	const again = await importFrom(azure, place)
	assert.equal(again.code, 0, again.stderr)
	assert.deepEqual(
		short(again.report).filter((line) => !/^(keep|by hand) /.test(line)),
		[],
	)
	assert.deepEqual(files(), kept)
})

test('skeletons pass the type check of a folder of runbooks, and people read what is left to do', async () => {
	await using azure = await scriptedServer(azureAccountScript)
	await using runner = await startRunner({ runbooks: { greets }, webhooks: [] })
	using temporary = temporaryFolder()
	const folder = join(temporary.path, 'new')
	mkdirSync(folder)
	const end = await importFrom(azure, { runner, folder }, '--output', 'table', '--enable-schedules')
	// The runner serves another folder, so that its runbooks are not there to be linked yet.
	assert.equal(end.code, 1)
	assert.match(
		end.stdout,
		/^KIND +ACTION +NAME +FILE\nvariable +by hand +key\nvariable +created +region\nrunbook +created +report +runbooks\/report\.ts\n/,
	)
	assert.match(end.stdout, /\n- webhook 'on-alert': Its URL of Azure cannot be carried over\. The runner prints a new one/)
	assert.match(end.stdout, /\n- job schedule 'evening -> Stop-Vms': It was not created: There is no runbook 'Stop-Vms'\.\n/)
	assert.match(end.stdout, /\n5 created, 1 failed, 4 by hand\.\n$/)
	assert.ok(existsSync(join(folder, 'webhooks.json')))
	assert.equal((await automationClient(runner).schedule.get(group, account, 'evening')).isEnabled, true)

	const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
	assert.equal((await runCommand(['init', join(folder, 'runbooks')])).code, 0)
	const checked = spawnSync(process.execPath, [compiler, '--noEmit', '--pretty', 'false', '-p', join(folder, 'runbooks')], {
		encoding: 'utf8',
	})
	assert.equal(checked.stdout, '')
	const tried = await runCommand([
		'runbook',
		'test',
		join(folder, 'runbooks/Stop-Vms.ts'),
		'--parameter',
		'resourcegroup=rg',
		'--output',
		'table',
	])
	assert.equal(tried.code, 1)
	assert.match(tried.stderr, /Runbook 'Stop-Vms' is not written yet/)
})

test('another Runhook is a source as Azure is', async () => {
	await using source = await startRunner({
		runbooks: { greets },
		webhooks: [{ name: 'greet', runbook: 'greets', parameters: { name: 'Ada' }, isEnabled: false }],
	})
	const client = automationClient(source)
	const startTime = new Date(Date.now() + 86_400_000)
	await client.schedule.createOrUpdate(group, account, 'daily', {
		name: 'daily',
		frequency: 'Day',
		interval: 2,
		startTime,
		timeZone: 'Europe/Madrid',
	})
	await client.jobSchedule.create(group, account, id, {
		schedule: { name: 'daily' },
		runbook: { name: 'greets' },
		parameters: { name: 'Ada' },
	})
	await client.variable.createOrUpdate(group, account, 'region', { name: 'region', value: '"west"', description: 'Where.' })
	await client.variable.createOrUpdate(group, account, 'key', { name: 'key', value: '"secret-of-the-source"', isEncrypted: true })
	await client.credential.createOrUpdate(group, account, 'login', { name: 'login', userName: 'ada', password: 'secret-of-the-source' })

	await using runner = await startRunner({ runbooks: { greets }, webhooks: [] })
	await automationClient(runner).variable.createOrUpdate(group, account, 'Region', { name: 'Region', value: '"east"' })
	const place = { runner, folder: runner.folder }
	const { code, report, stdout, stderr } = await importFrom(source, place)
	assert.equal(code, 0, stderr)
	assert.deepEqual(short(report), [
		'by hand variable key',
		'keep variable region',
		'keep runbook greets',
		'created webhook greet',
		'created schedule daily',
		'created job schedule daily -> greets',
		'by hand credential login',
	])
	assert.doesNotMatch(stdout + stderr, new RegExp(`secret-of-the-source|${adminToken}`))
	const { schedule, variable } = automationClient(runner)
	const daily = await schedule.get(group, account, 'daily')
	assert.deepEqual([daily.interval, daily.timeZone, daily.isEnabled, daily.nextRun], [2, 'Europe/Madrid', false, null])
	assert.equal((await variable.get(group, account, 'region')).value, '"east"')
	const again = await importFrom(source, place)
	assert.deepEqual(
		[actionOf(again.report, 'schedule'), actionOf(again.report, 'job schedule'), actionOf(again.report, 'webhook')],
		['keep', 'keep', 'keep'],
	)
})

test('Azure is read with the identity that a login was made with, and never with a token of a runner', async () => {
	await using azure = await scriptedServer((request, response) => {
		if (request.path === '/msi/token') return { access_token: 'azure-token', expires_on: '4102444800', resource: 'r', token_type: 'Bearer' }
		return /automationAccounts\/old$/.test(request.path) ? { name: 'old', properties: {} } : azureAccountScript(request, response)
	})
	await using runner = await startRunner({ runbooks: { greets }, webhooks: [] })
	const identity = { IDENTITY_ENDPOINT: `${azure.url}/msi/token`, IDENTITY_HEADER: 'header', XDG_CONFIG_HOME: runner.folder }
	const names = ['--subscription', '11111111-1111-1111-1111-111111111111', '--resource-group', 'group', '--account', 'old']
	const login = await runCommand(['login', '--azure', '--endpoint', azure.url, ...names], { environment: identity })
	assert.equal(login.code, 0, login.stderr)
	const environment = { ...identity, ...letInto(runner) }
	const { code, stdout, stderr } = await runCommand(['import', '--from-azure', '--from-endpoint', azure.url, '--dry-run'], {
		environment,
		cwd: runner.folder,
	})
	assert.equal(code, 0, stderr)
	assert.match((JSON.parse(stdout) as ImportReport).from, /resourceGroups\/group\/.*\/old$/)
	const tokens = new Set(azure.requests.filter(({ path }) => path !== '/msi/token').map(({ headers }) => headers.authorization))
	assert.deepEqual([...tokens], ['Bearer azure-token'])
})

test('what cannot be used is refused, and in words about the right side', async () => {
	await using azure = await scriptedServer((_request, response) => {
		response.statusCode = 403
		return { code: 'AuthorizationFailed', message: 'Not here.' }
	})
	await using runner = await startRunner({ runbooks: {}, webhooks: [] })
	const environment = letInto(runner)
	const refused = async (code: number, words: RegExp, given: string[], more: Record<string, string> = {}) => {
		const end = await runCommand(['import', ...given], { environment: { ...environment, ...more }, cwd: runner.folder })
		assert.deepEqual([end.code, end.stdout], [code, ''], end.stderr)
		assert.match(end.stderr, words)
	}
	const token = { RUNHOOK_FROM_TOKEN: adminToken }
	await refused(2, /required option '--from-azure'/, ['--dry-run'])
	await refused(2, /has to be named: --from-subscription, --from-resource-group, --from-account\.\nThey name the account/, ['--from-azure'])
	await refused(2, /There is no token for http[^\n]+\.\nSet RUNHOOK_FROM_TOKEN/, ['--from-azure', '--from-endpoint', azure.url])
	await refused(2, /cannot be imported into itself/, ['--from-azure', '--from-endpoint', runner.url], token)
	await refused(1, /^Error: Not here\./, ['--from-azure', '--from-endpoint', azure.url], token)
	await refused(
		4,
		/^Error: http:\/\/127\.0\.0\.1:1 cannot be reached[^\n]+\n--from-endpoint names/,
		['--from-azure', '--from-endpoint', 'http://127.0.0.1:1'],
		token,
	)
	writeFileSync(join(runner.folder, 'webhooks.json'), '{')
	await refused(2, /webhooks\.json is no list of webhooks/, ['--from-azure', '--from-endpoint', azure.url], token)
})

test.run()
