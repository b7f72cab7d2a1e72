// Who reads the portal, and how.
import assert from 'node:assert/strict'
import { accessFaults, type Portal, show } from '../support/portal.ts'

export async function rolesDecideWhatIsShown(portal: Portal): Promise<void> {
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
export async function everyPageIsForEverybody(portal: Portal): Promise<void> {
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
