// What the portal shows where something is not as it should be.
import assert from 'node:assert/strict'
import { account } from '../support/account.ts'
import { type Portal, show } from '../support/portal.ts'

export async function whatIsWrongIsTold(portal: Portal): Promise<void> {
	await oddAnswersAreShown(portal)
	await aRunnerThatIsAwayIsNoticed(portal)
}

async function oddAnswersAreShown(portal: Portal): Promise<void> {
	const { page, runner } = portal
	const properties = { runbook: { name: 'relays' }, parameters: { WebhookData: '<b>no call</b>' } }
	await runner.manage(`${account}/jobs/odd`, { method: 'PUT', body: JSON.stringify({ properties }) })
	await show(portal, 'jobs/odd')
	await page.getByRole('tab', { name: 'Input' }).click()
	await page.getByRole('tabpanel').getByText('<b>no call</b>').waitFor()
	// Anybody may have written the address.
	await show(portal, 'jobs?time=constructor')
	await page.getByRole('link', { name: 'relays' }).waitFor()
	// One page that fails leaves the way to the others.
	await page.route('**/variables', (route) => route.fulfill({ json: { value: [{}] } }))
	await show(portal, 'variables')
	await page.getByRole('heading', { name: 'This page cannot be shown' }).waitFor()
	await page.unroute('**/variables')
	await page.getByRole('button', { name: 'Try again' }).click()
	await page.getByRole('heading', { name: 'Variables' }).waitFor()
}

async function aRunnerThatIsAwayIsNoticed(portal: Portal): Promise<void> {
	const { page, runner } = portal
	const context = page.context()
	await context.setOffline(true)
	await show(portal, 'jobs')
	await page.getByRole('alert').getByText('The runner cannot be reached.').waitFor()
	await page.getByRole('button', { name: 'Sign out' }).click()
	await page.getByText('You are still signed in. The runner cannot be reached.').waitFor()
	await context.setOffline(false)
	await page.getByText('Live', { exact: true }).waitFor()
	assert.equal(await page.getByRole('alert').count(), 0)
	// A connection that says nothing any more is not taken for a live one.
	const other = await portal.enter({})
	await other.clock.install()
	await other.goto(`${runner.url}/portal/#/jobs`)
	await other.getByText('Live', { exact: true }).waitFor()
	runner.process.kill('SIGSTOP')
	await other.clock.runFor(41_000)
	await other.getByText('Not live: connecting…').waitFor()
	runner.process.kill('SIGCONT')
	await other.getByText('Live', { exact: true }).waitFor()
	await other.context().close()
}
