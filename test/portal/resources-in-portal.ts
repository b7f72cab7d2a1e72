// What operators do with runbooks and with what they share, in the portal.
import assert from 'node:assert/strict'
import { account } from '../support/account.ts'
import { type Portal, show } from '../support/portal.ts'
import { until } from '../support/until.ts'

export async function runbooksAreWrittenTriedAndPublished(portal: Portal): Promise<void> {
	const { page } = portal
	await show(portal, 'runbooks')
	await page
		.getByRole('row', { name: /broken/ })
		.getByText('Fault')
		.waitFor()
	await page
		.getByRole('row', { name: /greet/ })
		.getByText(/\d % completed/)
		.waitFor()
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

export async function sharedResourcesGoIn(portal: Portal): Promise<void> {
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
