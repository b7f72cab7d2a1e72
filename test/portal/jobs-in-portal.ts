// What operators do with jobs, in the portal.
import assert from 'node:assert/strict'
import type { Locator } from 'playwright-core'
import { type Portal, show } from '../support/portal.ts'
import { until } from '../support/until.ts'

/** Waits until something stands on the page so many times. */
async function shows(what: Locator, count: number): Promise<void> {
	await until(`${what} is shown ${count} times`, async () => (await what.count()) === count, 15_000)
}

/** Resolves with the id of a job that failed. */
export async function jobsAreStartedFollowedAndStopped(portal: Portal): Promise<string> {
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
	await page.getByRole('status').getByText('The job is Failed.').waitFor()
	// Thousands of records are not read out.
	assert.equal(await logs.getAttribute('aria-live'), 'off')
	for (const step of ['Queued', 'Claimed', 'Running']) await way.getByText(step, { exact: true }).waitFor()
	const failed = new URL(page.url()).hash.split('/').at(-1)!
	await page.getByRole('tab', { name: 'All logs' }).focus()
	await page.keyboard.press('ArrowLeft')
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
	// Older jobs come page by page; meanwhile the list stands still.
	await Promise.all(Array.from({ length: 60 }, () => runner.start('greet')))
	await show(portal, 'jobs?webhook=greet')
	await shows(page.getByRole('row'), 51)
	await page.getByRole('button', { name: 'Show older jobs' }).press('Enter')
	await shows(page.getByRole('row'), 62)
	const focused = () => page.evaluate(() => document.activeElement?.tagName)
	await until('what is gone leaves the focus to the title', async () => (await focused()) === 'H1')
	await page.getByRole('button', { name: 'Show live jobs' }).click()
	await shows(page.getByRole('row'), 51)
	// Again, with the call that came.
	await page.getByRole('link', { name: 'greet' }).first().click()
	await page.getByRole('button', { name: 'Run again' }).click()
	await dialog.getByLabel('With the same WebhookData').waitFor()
	await dialog.getByLabel('name').fill('Grace')
	await dialog.getByRole('button', { name: 'Start' }).click()
	await page.getByText('management token').nth(1).waitFor()
	await page.getByRole('tab', { name: 'Input' }).click()
	await page.getByRole('heading', { name: 'RequestBody' }).waitFor()
	// All jobs are searched, in what went in and what went wrong, together with what else is chosen.
	await show(portal, 'jobs')
	await shows(page.getByRole('row'), 51)
	await page.getByLabel('Search').fill('NOBODY is there')
	await shows(page.getByRole('row'), 2)
	await page.getByRole('link', { name: 'greet' }).first().waitFor()
	await page.getByLabel('Status').selectOption('Completed')
	await page.getByText('There are no such jobs.').waitFor()
	await page.getByLabel('Status').selectOption('Failed')
	await page.getByLabel('Runbook').selectOption('greet')
	await page.getByLabel('Started').selectOption('Last hour')
	await page.getByLabel('Search').fill('"nobody"')
	await shows(page.getByRole('row'), 2)
	await page.getByLabel('Search').fill(failed)
	await page.getByLabel('Search').press('Enter')
	await page.getByText('Error: Nobody is there.').first().waitFor()
	// The list is live, and narrowed by what is asked.
	await show(portal, 'jobs?status=Running')
	await page.getByText('There are no such jobs.').waitFor()
	const jobId = await runner.start('ticks')
	await page.getByRole('row', { name: /ticks/ }).getByText('Running').waitFor()
	const motions = () => page.evaluate(() => document.getAnimations().length)
	assert.equal(await motions(), 1)
	await page.emulateMedia({ reducedMotion: 'reduce' })
	assert.equal(await motions(), 0)
	await page.emulateMedia({ reducedMotion: 'no-preference' })
	await page.getByRole('link', { name: 'ticks' }).first().click()
	await outputComesAtOnce(portal)
	// Another one waits for it, is held back, and let go.
	const waiting = await runner.start('ticks')
	await show(portal, 'overview')
	const why = page.getByRole('region', { name: 'Waiting, and why' })
	await why.getByText(/Waits for job .*: runbook ticks runs 1 of at most 1 job at a time/).waitFor()
	await why.getByRole('link', { name: '…' }).click()
	await page.waitForURL((url) => url.hash === `#/jobs/${jobId}`)
	await show(portal, `jobs/${waiting}`)
	await page.getByRole('button', { name: 'Suspend' }).press('Enter')
	await page.getByRole('button', { name: 'Resume' }).waitFor()
	assert.equal(await focused(), 'H1')
	await page.getByRole('button', { name: 'Resume' }).click()
	await page.getByRole('button', { name: 'Suspend' }).waitFor()
	await runner.manage(`/jobs/${waiting}/stop`, { method: 'POST' })
	await show(portal, `jobs/${jobId}`)
	await page.getByRole('button', { name: 'Stop' }).click()
	await dialog.getByRole('button', { name: 'Stop' }).click()
	await way.getByText('Stopped').waitFor()
	return failed
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
