// Who reads the portal, and how.
import assert from 'node:assert/strict'
import { account } from '../support/account.ts'
import { accessFaults, type Portal, show } from '../support/portal.ts'
import { until } from '../support/until.ts'

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
	// Nothing leads where the role does not reach.
	assert.deepEqual(await operator.getByRole('search').getByRole('combobox').count(), 2)
	assert.deepEqual(await operator.locator('a[href^="#/webhooks"], a[href^="#/runbooks"]').count(), 0)
	assert.deepEqual(await operator.evaluate(() => [document.cookie, JSON.stringify({ ...localStorage, ...sessionStorage })]), ['', '{}'])
	// Whose token is switched off is out at once, and told why.
	await page.getByRole('button', { name: 'Disable ops' }).click()
	await page.getByRole('row', { name: /ops Disabled/ }).waitFor()
	await operator.getByRole('button', { name: 'Start a runbook' }).click()
	await operator.getByRole('dialog').getByLabel('Runbook').fill('greet')
	await operator.getByRole('dialog').getByRole('button', { name: 'Start' }).click()
	await operator.getByText('The access token has been disabled.').waitFor()
	await operator.context().close()
	// Who sees runbooks alone begins there, and is told nothing of their jobs.
	const properties = { role: 'Runbook Operator', expiryTime: new Date(Date.now() + 3_600_000).toISOString() }
	const reader = `${account}/accessTokens/reader`
	const made = await portal.runner.manage(reader, { method: 'PUT', body: JSON.stringify({ properties }) })
	const narrow = await portal.enter({}, ((await made.json()) as { properties: { token: string } }).properties.token)
	await narrow.getByRole('main').getByRole('link', { name: 'greet' }).click()
	await narrow.getByRole('tab').first().waitFor()
	assert.deepEqual(await narrow.getByRole('tab').allTextContents(), ['Parameters'])
	await narrow.context().close()
	await portal.runner.manage(reader, { method: 'DELETE' })
	await page.getByRole('button', { name: 'Enable ops' }).click()
	await page.getByRole('row', { name: /ops Enabled/ }).waitFor()
	await page.getByRole('button', { name: 'Delete ops' }).click()
	await dialog.getByText('signed out of the portal').waitFor()
	await dialog.getByRole('button', { name: 'Delete' }).click()
	await page.getByText('only the management token lets in').waitFor()
	await page.getByText('ops is deleted.').waitFor()
	await page.getByRole('button', { name: 'Close this message' }).click()
	await show(portal, 'audit')
	await page.getByLabel('Action').fill('accessTokens/write')
	await page.getByLabel('Action').press('Enter')
	await page
		.getByRole('row', { name: /management token accessTokens\/write accessTokens\/ops/ })
		.first()
		.waitFor()
	await page.getByRole('button', { name: 'Verify' }).click()
	await page.getByText(/Intact: \d+ entries/).waitFor()
	const body = JSON.stringify({ properties: { value: '"text"' } })
	await Promise.all(Array.from({ length: 60 }, () => portal.runner.manage(`${account}/variables/plain`, { method: 'PATCH', body })))
	await show(portal, 'audit?action=variables/write')
	await page.getByRole('button', { name: 'Show older entries' }).click()
	await page.getByText('Paused while older entries are shown.').waitFor()
	assert.ok((await page.getByRole('row').count()) > 51)
	await page.getByRole('button', { name: 'Show live entries' }).click()
	await until('the newest are shown alone', async () => (await page.getByRole('row').count()) === 51)
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
export async function everyPageIsForEverybody(portal: Portal, jobId: string): Promise<void> {
	const { page } = portal
	const faults: string[] = []
	for (const hash of [...pages, `jobs/${jobId}`]) {
		await page.emulateMedia({ colorScheme: 'light' })
		await show(portal, hash)
		await page.getByRole('heading', { level: 1 }).waitFor()
		await page.waitForFunction(() => document.querySelector('.loading') === null)
		faults.push(...(await accessFaults(page)).map((fault) => `${hash}: ${fault}`))
		await page.emulateMedia({ colorScheme: 'dark' })
		faults.push(...(await accessFaults(page, { rules: ['color-contrast'] })).map((fault) => `${hash} in dark: ${fault}`))
		// As wide as 1280 pixels are at 400 %, and as WCAG asks for.
		await page.setViewportSize({ width: 320, height: 740 })
		if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)) faults.push(`${hash} is wider than the screen`)
		if (await page.evaluate(() => [...document.querySelectorAll('.stacked td')].some((each) => each.scrollHeight > each.clientHeight)))
			faults.push(`${hash}: texts lie upon each other`)
		await page.setViewportSize({ width: 1280, height: 860 })
	}
	assert.deepEqual(faults, [])
	await page.emulateMedia({ colorScheme: 'light' })
}

/** The buttons that open a dialog, by page; a job's page is named by its id. */
const dialogs = (jobId: string): [hash: string, button: string][] => [
	[`jobs/${jobId}`, 'Run again'],
	['overview', 'Start a runbook'],
	['webhooks', 'Add webhook'],
	...['Test', 'Disable', 'Replace URL', 'Delete'].map((button): [string, string] => ['webhooks/greet', button]),
	['runbooks', 'Create a runbook'],
	['schedules', 'Add schedule'],
	['credentials', 'Add credential'],
	...['Add variable', 'Edit plain', 'Delete plain'].map((button): [string, string] => ['variables', button]),
	['access', 'Add access token'],
]

/** Each dialog is opened, seen and left by keyboard alone. */
export async function everythingGoesByKeyboard(portal: Portal, jobId: string): Promise<void> {
	const { page } = portal
	const faults: string[] = []
	for (const [hash, name] of dialogs(jobId)) {
		await show(portal, hash)
		const button = page.getByRole('button', { name, exact: true })
		await button.focus()
		await page.keyboard.press('Enter')
		await page.getByRole('dialog').waitFor()
		await page.keyboard.press('Tab')
		const focus = await page.evaluate(() => {
			const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement!)
			return `${document.activeElement!.closest('dialog') !== null} ${outlineStyle} ${outlineWidth}`
		})
		if (focus !== 'true solid 2px') faults.push(`${name}: the focus is ${focus}`)
		faults.push(...(await accessFaults(page, { within: 'dialog' })).map((fault) => `${name}: ${fault}`))
		await page.emulateMedia({ colorScheme: 'dark' })
		const dark = await accessFaults(page, { rules: ['color-contrast'], within: 'dialog' })
		faults.push(...dark.map((fault) => `${name} in dark: ${fault}`))
		await page.emulateMedia({ colorScheme: 'light' })
		await page.keyboard.press('Escape')
		await page.getByRole('dialog').waitFor({ state: 'detached' })
		if (!(await button.evaluate((each) => each === document.activeElement))) faults.push(`${name}: the focus is lost`)
	}
	assert.deepEqual(faults, [])
	// The menu of narrow screens.
	await page.setViewportSize({ width: 320, height: 740 })
	const menu = page.getByRole('button', { name: 'Menu' })
	const navigation = page.getByRole('navigation')
	assert.equal(await navigation.isVisible(), false)
	await menu.press('Enter')
	await navigation.getByRole('link', { name: 'Jobs' }).focus()
	await page.keyboard.press('Escape')
	await navigation.waitFor({ state: 'hidden' })
	assert.equal(await menu.evaluate((each) => each === document.activeElement), true)
	await menu.press('Enter')
	await navigation.getByRole('link', { name: 'Jobs' }).press('Enter')
	await page.getByRole('heading', { name: 'Jobs' }).waitFor()
	await navigation.waitFor({ state: 'hidden' })
	await page.setViewportSize({ width: 1280, height: 860 })
	// Whoever reads by keyboard passes the menu over.
	await page.getByRole('button', { name: 'Skip to the page' }).press('Enter')
	assert.equal(await page.evaluate(() => document.activeElement?.tagName), 'H1')
	const theme = () => page.evaluate(() => [document.documentElement.dataset.theme, getComputedStyle(document.body).colorScheme])
	await page.getByRole('button', { name: 'Theme: system' }).press('Enter')
	assert.deepEqual(await theme(), ['light', 'light'])
	await page.getByRole('button', { name: 'Theme: light' }).press('Enter')
	assert.deepEqual(await theme(), ['dark', 'dark'])
	await page.getByRole('button', { name: 'Theme: dark' }).press('Enter')
}
