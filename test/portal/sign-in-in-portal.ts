// Signing in and out, by the browser's keyboard, screen and address bar.
import assert from 'node:assert/strict'
import { type EntraIssuer, tenantId } from '../support/entra-issuer.ts'
import { clientId } from '../support/entra-sign-in.ts'
import { accessFaults, type Portal, show } from '../support/portal.ts'

/** The settings of a runner whose people are signed in by it. */
export function signedInBy({ url }: Pick<EntraIssuer, 'url'>): Record<string, string> {
	return {
		...{ RUNHOOK_ENTRA_TENANT_ID: tenantId, RUNHOOK_ENTRA_CLIENT_ID: clientId, RUNHOOK_ENTRA_AUTHORITY: url },
		RUNHOOK_ENTRA_ROLES: 'Runbooks.Start=Job Operator',
	}
}

export async function peopleSignInAndOut(portal: Portal, { application, url }: EntraIssuer): Promise<void> {
	const { page, runner, strange } = portal
	application.redirectUri = `${runner.url}/portal/sign-in/entra/callback`
	await page.getByRole('button', { name: 'Sign out' }).click()
	await page.getByText('You have signed out.').waitFor()
	assert.equal(page.url(), `${runner.url}/portal/`)
	const link = page.getByRole('link', { name: 'Sign in with Microsoft' })
	await link.waitFor()
	assert.deepEqual(await accessFaults(page), [], 'signing in')
	await page.emulateMedia({ colorScheme: 'dark' })
	assert.deepEqual(await accessFaults(page, { rules: ['color-contrast'] }), [], 'signing in, in dark')
	await page.emulateMedia({ colorScheme: 'light' })
	await page.setViewportSize({ width: 360, height: 740 })
	assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
	await page.setViewportSize({ width: 1280, height: 860 })
	await page.getByLabel('Token').fill('wrong')
	await page.getByLabel('Token').press('Enter')
	await page.getByText('The token in the Authorization header is not valid here.').waitFor()

	strange.length = 0
	// Whoever was sent the address of a page is to see that page.
	await show(portal, 'jobs')
	await link.click()
	await page.getByRole('link', { name: 'Cancel' }).click()
	await page.getByText('Entra ID says: AADSTS65004: User declined to <b>consent</b>.').waitFor()
	assert.deepEqual(await accessFaults(page), [], 'not signed in')
	await page.keyboard.press('Tab')
	await page.keyboard.press('Enter')
	await page.getByRole('link', { name: 'Ada' }).click()
	await page.getByRole('banner').getByText('ada@contoso.com').waitFor()
	await page.getByRole('heading', { level: 1, name: 'Jobs' }).waitFor()
	assert.deepEqual([page.url(), await page.evaluate(() => document.referrer)], [`${runner.url}/portal/#/jobs`, ''])
	assert.deepEqual(await page.getByRole('navigation').getByRole('link').allTextContents(), ['Overview', 'Jobs'])
	const kept = await page.evaluate(() => [document.cookie, ...Object.keys({ ...localStorage, ...sessionStorage })])
	assert.deepEqual(
		kept.filter((each) => each !== 'theme'),
		[''],
	)
	assert.deepEqual(
		strange.filter((each) => !each.startsWith(`${url}/${tenantId}/oauth2/v2.0/authorize?`)),
		[],
	)
	await page.getByRole('button', { name: 'Sign out' }).click()
	await link.waitFor()
}
