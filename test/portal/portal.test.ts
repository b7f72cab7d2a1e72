// The portal in a real browser, over a running server: every page, and every action once.
import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { test } from 'uvu'
import { accountPath } from '../../src/http/server.ts'
import { accessFaults, openPortal, type Portal } from '../support/portal.ts'
import { until } from '../support/until.ts'

const account = accountPath({ subscriptionId: '00000000-0000-0000-0000-000000000000', resourceGroup: 'runhook', name: 'runhook' })

const greet = `import { defineRunbook, WebhookData, z } from 'runhook'
// Greets.
export default defineRunbook({
	description: 'Greets people.',
	logProgress: true,
	parameters: z.object({
		name: z.string().min(2),
		times: z.number().int().min(1).max(9).default(1),
		tone: z.enum(['warm', 'cool']).optional(),
		WebhookData: WebhookData.optional(),
	}),
	async run({ parameters: { name, times }, output, warning, progress }) {
		for (let time = 1; time <= times; time++) output('Hello, ' + name + '!')
		progress({ activity: 'Greeting', percentComplete: 100 })
		if (name === 'nobody') throw new Error('Nobody is there.')
		warning('It is late.')
	},
})`
/** Writes the time, again and again. */
const ticks = `import { setTimeout as wait } from 'node:timers/promises'
import { defineRunbook } from 'runhook'
export default defineRunbook({
	concurrency: 1,
	async run({ output, signal }) {
		for (;;) { output('tick ' + Date.now()); await wait(150, undefined, { signal }) }
	},
})`
const broken = 'export default nothing'

async function put(portal: Portal, path: string, properties: Record<string, unknown>): Promise<void> {
	const response = await portal.runner.manage(account + path, { method: 'PUT', body: JSON.stringify({ properties }) })
	assert.ok(response.ok, await response.text())
}

function show(portal: Portal, hash: string) {
	return portal.page.goto(`${portal.runner.url}/portal/#/${hash}`)
}

/** Waits until something stands on the page so many times. */
async function shows(what: Locator, count: number): Promise<void> {
	await until(`${what} is shown ${count} times`, async () => (await what.count()) === count, 15_000)
}

async function jobsAreStartedFollowedAndStopped(portal: Portal): Promise<void> {
	const { page, runner } = portal
	await show(portal, 'jobs')
	await page.getByRole('button', { name: 'Start a runbook' }).click()
	const dialog = page.getByRole('dialog')
	await dialog.getByLabel('Runbook').selectOption('greet')
	const start = dialog.getByRole('button', { name: 'Start' })
	await dialog.getByLabel('times').fill('12')
	await dialog.getByText('At most 9.', { exact: true }).waitFor()
	assert.equal(await start.isDisabled(), true)
	await dialog.getByLabel('times').fill('2')
	assert.equal(await start.isDisabled(), true, 'a mandatory parameter is missing')
	await dialog.getByLabel('name').fill('nobody')
	await start.click()
	// Its page: all of its way, what it wrote, and why it failed.
	await page.getByRole('heading', { name: 'greet' }).waitFor()
	const way = page.getByRole('list', { name: 'The way of the job' })
	await way.getByText('Failed').waitFor()
	const logs = page.getByRole('log')
	await shows(logs.getByText('Hello, nobody!'), 2)
	await page.getByText('Error: Nobody is there.').first().waitFor()
	await page.getByRole('tab', { name: 'Exception' }).click()
	await page.getByRole('tabpanel').getByText('Nobody is there.').waitFor()
	// Again, with other values.
	await page.getByRole('button', { name: 'Run again' }).click()
	assert.equal(await dialog.getByLabel('times').inputValue(), '2')
	await dialog.getByLabel('name').fill('Ada')
	await dialog.getByRole('button', { name: 'Start' }).click()
	await way.getByText('Completed').waitFor()
	await logs.getByText('It is late.').waitFor()
	await page.getByText('Greeting').waitFor()
	await page.getByLabel('Stream').selectOption('Warning')
	await shows(logs.getByText('Hello, Ada!'), 0)
	await shows(logs.getByText('It is late.'), 1)
	await page.getByLabel('Stream').selectOption('All logs')
	await page.getByLabel('Search in the logs').fill('hello')
	await shows(logs.getByText('Hello, Ada!'), 2)
	await shows(logs.getByText('It is late.'), 0)
	const downloads = page.waitForEvent('download')
	await page.getByRole('button', { name: 'Download output' }).click()
	const chunks = await (await (await downloads).createReadStream()).toArray()
	assert.equal(Buffer.concat(chunks).toString(), 'Hello, Ada!\nHello, Ada!\n')
	// The list is live, and narrowed by what is asked.
	await show(portal, 'jobs?status=Running')
	await page.getByText('There are no such jobs.').waitFor()
	const jobId = await runner.start('ticks')
	await page.getByRole('row', { name: /ticks/ }).getByText('Running').waitFor()
	await page.getByRole('link', { name: 'ticks' }).first().click()
	await outputComesAtOnce(portal)
	// Another one waits for it, is held back, and let go.
	const waiting = await runner.start('ticks')
	await show(portal, `jobs/${waiting}`)
	await page.getByRole('button', { name: 'Suspend' }).click()
	await page.getByRole('button', { name: 'Resume' }).click()
	await page.getByRole('button', { name: 'Suspend' }).waitFor()
	await runner.manage(`/jobs/${waiting}/stop`, { method: 'POST' })
	await show(portal, `jobs/${jobId}`)
	await page.getByRole('button', { name: 'Stop' }).click()
	await dialog.getByRole('button', { name: 'Stop' }).click()
	await way.getByText('Stopped').waitFor()
}

/** Half a second from writing to reading, and the browser shows it by itself. */
async function outputComesAtOnce({ page }: Portal): Promise<void> {
	await page.getByRole('log').getByText('tick').first().waitFor()
	const delays = await page.evaluate(
		() =>
			new Promise<number[]>((resolve) => {
				const found: number[] = []
				new MutationObserver((changes) => {
					for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
						const [, time] = /tick (\d+)/.exec(node.textContent ?? '') ?? []
						if (time !== undefined) found.push(Date.now() - Number(time))
					}
					if (found.length >= 9) resolve(found)
				}).observe(document.querySelector('[role=log]')!, { childList: true })
			}),
	)
	const middle = delays.toSorted((one, other) => one - other)[4]!
	assert.ok(middle < 500, `${middle} ms of ${delays.join(', ')}`)
}

async function webhooksAreMadeCalledAndEnded(portal: Portal): Promise<void> {
	const { page } = portal
	const dialog = page.getByRole('dialog')
	const call = async (url: string) => (await fetch(url, { method: 'POST', body: '{"from":"the test"}' })).status
	await show(portal, 'webhooks')
	await page.getByRole('button', { name: 'Add webhook' }).click()
	await dialog.getByLabel('Name', { exact: true }).first().fill('from the portal')
	await dialog.getByLabel('Runbook').selectOption('greet')
	const create = dialog.getByRole('button', { name: 'Create' })
	await dialog.getByLabel('name', { exact: true }).last().waitFor()
	assert.equal(await create.isDisabled(), true, 'a mandatory parameter is missing')
	await dialog.locator('[name=name]').fill('Grace')
	await create.click()
	await dialog.getByText('shown this once').waitFor()
	const first = await dialog.getByLabel('URL', { exact: true }).inputValue()
	for (const name of ['curl', 'PowerShell']) assert.ok((await dialog.getByLabel(name, { exact: true }).inputValue()).includes(first), name)
	assert.match(await dialog.getByLabel('GitHub Actions', { exact: true }).inputValue(), /secrets\.RUNHOOK_URL/)
	await dialog.getByRole('button', { name: 'Copy URL' }).click()
	await dialog.getByText('Copied').waitFor()
	assert.equal(await page.evaluate(() => navigator.clipboard.readText()), first)
	await dialog.getByRole('button', { name: 'Close' }).click()
	assert.equal(await call(first), 202)
	await page.getByRole('link', { name: 'from the portal' }).click()
	// What came, and once more.
	const deliveries = page.getByRole('region', { name: 'Deliveries' })
	await deliveries
		.getByRole('row', { name: /Accepted 202 Call/ })
		.getByRole('button')
		.click()
	await dialog.getByText('"from": "the test"').waitFor()
	await dialog.getByRole('button', { name: 'Send again' }).click()
	await deliveries.getByRole('row', { name: /Replay/ }).waitFor()
	await page.getByRole('button', { name: 'Test' }).click()
	await dialog.getByRole('button', { name: 'Send' }).click()
	await dialog.getByRole('link', { name: 'this job' }).waitFor()
	await dialog.getByRole('button', { name: 'Cancel' }).click()
	// Off and on, another URL, and the end.
	await page.getByRole('button', { name: 'Disable' }).click()
	await dialog.getByRole('button', { name: 'Disable' }).click()
	await page.getByRole('button', { name: 'Enable' }).waitFor()
	assert.equal(await call(first), 400)
	await deliveries.getByText('Refused').first().waitFor()
	await page.getByRole('button', { name: 'Enable' }).click()
	await page.getByRole('button', { name: 'Disable' }).waitFor()
	await page.getByRole('button', { name: 'Replace URL' }).click()
	await dialog.getByLabel('The old URL works on for').selectOption('Not at all')
	await dialog.getByRole('button', { name: 'Replace' }).click()
	const second = await dialog.getByLabel('URL', { exact: true }).inputValue()
	await dialog.getByRole('button', { name: 'Close' }).click()
	assert.deepEqual([await call(first), await call(second)], [404, 202])
	await page.getByRole('button', { name: 'Delete' }).click()
	await dialog.getByText('404 for ever').waitFor()
	await dialog.getByRole('button', { name: 'Delete' }).click()
	await page.getByRole('heading', { name: 'Webhooks' }).waitFor()
	assert.equal(await call(second), 404)
}

async function runbooksAreWrittenTriedAndPublished(portal: Portal): Promise<void> {
	const { page } = portal
	await show(portal, 'runbooks')
	await page
		.getByRole('row', { name: /broken/ })
		.getByText('Fault')
		.waitFor()
	await page.getByRole('row', { name: /greet/ }).getByText('% completed').waitFor()
	await page.getByRole('link', { name: 'greet' }).click()
	await page.getByRole('tab', { name: 'Parameters' }).click()
	await page.getByRole('row', { name: /times number No 1 At least 1/ }).waitFor()
	await page.getByRole('tab', { name: 'Source' }).click()
	assert.equal(await page.locator('.source .comment').first().textContent(), '// Greets.')
	await show(portal, 'runbooks')
	await page.getByRole('button', { name: 'Create a runbook' }).click()
	await page.getByRole('dialog').getByLabel('Name').fill('written')
	await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click()
	await page.getByRole('tab', { name: 'Edit' }).click()
	const editor = page.getByLabel('Source of the draft')
	await until('the draft is there', async () => (await editor.inputValue()).includes('defineRunbook'))
	await editor.fill((await editor.inputValue()).replace('Hello', 'Good day'))
	await page.getByRole('button', { name: 'Save draft' }).click()
	await page.getByRole('button', { name: 'Test', exact: true }).click()
	await page.getByText('Good day, world!', { exact: true }).waitFor()
	await page.getByRole('button', { name: 'Publish' }).click()
	await page.getByRole('button', { name: 'Start', exact: true }).waitFor()
	const runbook = await portal.runner.manage(`${account}/runbooks/written/content`)
	assert.match(await runbook.text(), /Good day/)
}

async function sharedResourcesGoIn(portal: Portal): Promise<void> {
	const { page } = portal
	const dialog = page.getByRole('dialog')
	const save = () => dialog.getByRole('button', { name: 'Save' }).click()
	await show(portal, 'variables')
	await page.getByRole('button', { name: 'Add variable' }).click()
	await dialog.getByLabel('Name').fill('api-key')
	await dialog.getByLabel('Encrypted').check()
	await dialog.getByLabel('Value', { exact: true }).fill('secret-of-the-test')
	await save()
	await page.getByRole('row', { name: /api-key Encrypted/ }).waitFor()
	await show(portal, 'credentials')
	await page.getByRole('button', { name: 'Add credential' }).click()
	await dialog.getByLabel('Name', { exact: true }).first().fill('smtp')
	await dialog.getByLabel('User name').fill('ada')
	await dialog.getByLabel('Password').fill('password-of-the-test')
	await save()
	await page.getByRole('button', { name: 'Edit smtp' }).click()
	assert.equal(await dialog.getByLabel('Password').inputValue(), '')
	await dialog.getByRole('button', { name: 'Cancel' }).click()
	await page.getByRole('button', { name: 'Delete smtp' }).click()
	await dialog.getByRole('button', { name: 'Delete' }).click()
	await page.getByText('There are no credentials.').waitFor()
	await show(portal, 'schedules')
	await page.getByRole('button', { name: 'Add schedule' }).click()
	await dialog.getByLabel('Name').fill('mornings')
	await dialog.getByLabel('Frequency').selectOption('Cron')
	await dialog.getByLabel('Cron expression').fill('30 6 * * *')
	await dialog.getByLabel('Runbook').selectOption('ticks')
	await dialog.getByRole('button', { name: 'Create' }).click()
	const row = page.getByRole('row', { name: /mornings Enabled At 06:30, every day .* ticks/ })
	await row.waitFor()
	await until(
		'its runs are in the strip',
		async () => (await page.getByRole('region', { name: 'Runs by day' }).getByText('06:30 mornings').count()) >= 6,
	)
	await row.getByRole('button', { name: 'Disable mornings' }).click()
	await page.getByRole('row', { name: /mornings Disabled/ }).waitFor()
}

async function rolesDecideWhatIsShown(portal: Portal): Promise<void> {
	const { page } = portal
	const dialog = page.getByRole('dialog')
	await show(portal, 'access')
	await page.getByRole('button', { name: 'Add access token' }).click()
	await dialog.getByLabel('Name').fill('ops')
	await dialog.getByLabel('Role').selectOption('Job Operator')
	await dialog.getByRole('button', { name: 'Create' }).click()
	const token = await dialog.getByLabel('Token', { exact: true }).inputValue()
	await dialog.getByRole('button', { name: 'Close' }).click()
	await page.getByRole('row', { name: /ops Enabled Job Operator/ }).waitFor()
	const operator = await portal.enter({}, token)
	const links = await operator.getByRole('navigation').getByRole('link').allTextContents()
	assert.deepEqual(links, ['Overview', 'Jobs'])
	await operator.getByRole('link', { name: 'Jobs' }).click()
	await operator.getByText('Live', { exact: true }).waitFor()
	assert.deepEqual(await operator.evaluate(() => [document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]), ['', '{}'])
	// Whose token is switched off is out at once, and told why.
	await page.getByRole('button', { name: 'Disable ops' }).click()
	await page.getByRole('row', { name: /ops Disabled/ }).waitFor()
	await operator.getByRole('button', { name: 'Start a runbook' }).click()
	await operator.getByRole('dialog').getByLabel('Runbook').fill('greet')
	await operator.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
	await operator.getByText('The access token has been disabled.').waitFor()
	await operator.context().close()
	await show(portal, 'audit?action=accessTokens/write')
	await page
		.getByRole('row', { name: /management token accessTokens\/write accessTokens\/ops/ })
		.first()
		.waitFor()
	await page.getByRole('button', { name: 'Verify' }).click()
	await page.getByText(/Intact: \d+ entries/).waitFor()
}

const pages = [
	'overview',
	'jobs',
	'webhooks',
	'webhooks/greet',
	'runbooks',
	'runbooks/greet',
	'schedules',
	'credentials',
	'variables',
	'access',
	'audit',
]

/** Each page by axe in light and dark, on a narrow screen, and with nothing from elsewhere. */
async function everyPageIsForEverybody(portal: Portal): Promise<void> {
	const { page, runner } = portal
	const { value } = (await (await runner.manage('/jobs?$top=1&$filter=properties/status%20eq%20%27Failed%27')).json()) as {
		value: { name: string }[]
	}
	const faults: string[] = []
	for (const hash of [...pages, `jobs/${value[0]!.name}`]) {
		await page.emulateMedia({ colorScheme: 'light' })
		await show(portal, hash)
		await page.getByRole('heading', { level: 1 }).waitFor()
		await page.waitForFunction(() => document.querySelector('.loading') === null)
		faults.push(...(await accessFaults(page)).map((fault) => `${hash}: ${fault}`))
		await page.emulateMedia({ colorScheme: 'dark' })
		faults.push(...(await accessFaults(page, ['color-contrast'])).map((fault) => `${hash} in dark: ${fault}`))
		await page.setViewportSize({ width: 360, height: 740 })
		if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) faults.push(`${hash} is wider than the screen`)
		await page.setViewportSize({ width: 1280, height: 860 })
	}
	assert.deepEqual(faults, [])
	await page.emulateMedia({ colorScheme: 'light' })
	await page.getByRole('button', { name: 'Run again' }).click()
	assert.deepEqual(await accessFaults(page), [], 'a dialog')
	await page.keyboard.press('Escape')
	assert.equal(await page.getByRole('button', { name: 'Run again' }).evaluate((button) => button === document.activeElement), true)
}

test('operators do all of their work in the portal', async () => {
	await using portal = await openPortal({
		runbooks: { greet, ticks, broken },
		webhooks: [
			{ name: 'greet', runbook: 'greet', parameters: { name: 'Ada' } },
			{ name: 'ticks', runbook: 'ticks' },
		],
	})
	const { page, runner } = portal
	await put(portal, '/variables/plain', { value: '"text"', isEncrypted: false })
	await runner.start('greet')
	await jobsAreStartedFollowedAndStopped(portal)
	await webhooksAreMadeCalledAndEnded(portal)
	await runbooksAreWrittenTriedAndPublished(portal)
	await sharedResourcesGoIn(portal)
	await rolesDecideWhatIsShown(portal)
	// The morning's look.
	await show(portal, 'overview')
	await page.getByRole('link', { name: /^1 ?Failed in 24 hours/ }).waitFor()
	await page.getByRole('region', { name: 'Failed since yesterday' }).getByRole('link', { name: 'greet' }).waitFor()
	await page.getByRole('row', { name: /store Up/ }).waitFor()
	await page.getByRole('img', { name: /Jobs by end state: .* 1 failed/ }).waitFor()
	await page.getByRole('button', { name: 'Show as a table' }).first().click()
	await page.getByRole('columnheader', { name: 'Longest' }).waitFor()
	await everyPageIsForEverybody(portal)
	assert.deepEqual(
		portal.strange.filter((each) => !each.includes('401')),
		[],
	)
	await page.getByRole('button', { name: 'Sign out' }).click()
	await page.getByText('You have signed out.').waitFor()
	assert.deepEqual(await accessFaults(page), [], 'signing in')
	await page.getByLabel('Token').fill('wrong')
	await page.getByLabel('Token').press('Enter')
	await page.getByText('The token in the Authorization header is not valid here.').waitFor()
})

test.run()
