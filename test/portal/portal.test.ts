// The portal in a real browser, over a running server: every page, and every action once.
import assert from 'node:assert/strict'
import { test } from 'uvu'
import { account } from '../support/account.ts'
import { startEntraIssuer } from '../support/entra-issuer.ts'
import { openPortal, type Portal, show } from '../support/portal.ts'
import { jobsAreStartedFollowedAndStopped } from './jobs-in-portal.ts'
import { everyPageIsForEverybody, everythingGoesByKeyboard, rolesDecideWhatIsShown } from './readers-of-portal.ts'
import { runbooksAreWrittenTriedAndPublished, sharedResourcesGoIn } from './resources-in-portal.ts'
import { peopleSignInAndOut, signedInBy } from './sign-in-in-portal.ts'
import { webhooksAreMadeCalledAndEnded } from './webhooks-in-portal.ts'
import { whatIsWrongIsTold } from './wrong-in-portal.ts'

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
/** Takes anything for WebhookData. */
const relays = `import { defineRunbook, z } from 'runhook'
export default defineRunbook({ parameters: z.object({ WebhookData: z.string().optional() }), run() {} })`
const broken = 'export default nothing'

async function put(portal: Portal, path: string, properties: Record<string, unknown>): Promise<void> {
	const response = await portal.runner.manage(account + path, { method: 'PUT', body: JSON.stringify({ properties }) })
	assert.ok(response.ok, await response.text())
}

test('operators do all of their work in the portal', async () => {
	await using issuer = await startEntraIssuer('localhost')
	await using portal = await openPortal({
		environment: signedInBy(issuer),
		runbooks: { greet, ticks, relays, broken },
		webhooks: [
			{ name: 'greet', runbook: 'greet', parameters: { name: 'Ada' } },
			{ name: 'ticks', runbook: 'ticks' },
		],
	})
	const { page, runner } = portal
	await put(portal, '/variables/plain', { value: '"text"', isEncrypted: false })
	await runner.start('greet')
	const failed = await jobsAreStartedFollowedAndStopped(portal)
	await webhooksAreMadeCalledAndEnded(portal)
	await runbooksAreWrittenTriedAndPublished(portal)
	await sharedResourcesGoIn(portal)
	await rolesDecideWhatIsShown(portal)
	await whatIsWrongIsTold(portal)
	// The morning's look.
	await show(portal, 'overview')
	await page.getByRole('link', { name: /^1 ?Failed in 24 hours/ }).waitFor()
	await page.getByRole('region', { name: 'Failed since yesterday' }).getByRole('link', { name: 'greet' }).waitFor()
	await page.getByRole('row', { name: /store Up/ }).waitFor()
	await page.getByRole('img', { name: /Jobs by end state: .* 1 failed/ }).waitFor()
	await page.getByRole('button', { name: 'Show as a table' }).click()
	await page.getByRole('columnheader', { name: 'Longest' }).waitFor()
	await page.getByLabel('Time span').selectOption('Last 7 days')
	await page.getByRole('columnheader', { name: 'Day', exact: true }).waitFor()
	await everyPageIsForEverybody(portal, failed)
	await everythingGoesByKeyboard(portal, failed)
	assert.deepEqual(
		portal.strange.filter((each) => !each.includes('401') && !each.includes('ERR_INTERNET_DISCONNECTED')),
		[],
	)
	await peopleSignInAndOut(portal, issuer)
})

test.run()
