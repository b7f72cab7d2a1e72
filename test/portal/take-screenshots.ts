// npm run screenshots [folder] : takes the pictures of docs/portal anew; a folder of one's own gets narrow ones, too.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { account } from '../support/account.ts'
import { launchBrowser } from '../support/browser.ts'
import { adminToken, type Runner, startRunner } from '../support/runner.ts'
import { until } from '../support/until.ts'
import { exampleHistory } from './example-history.ts'
import { exampleRunbooks, exampleWebhooks } from './example-runbooks.ts'

const [ownFolder] = process.argv.slice(2)
const folder = ownFolder ?? fileURLToPath(new URL('../../docs/portal', import.meta.url))
mkdirSync(folder, { recursive: true })

/** Fills a runner with a day of work, and leaves some under way; resolves with the job that is shown. */
async function fill(runner: Runner): Promise<string> {
	await runner.end('SIGTERM')
	using database = new DatabaseSync(join(runner.folder, 'data', 'runhook.sqlite'))
	exampleHistory(database, Date.now())
	database.close()
	await runner.restart()
	const put = async (path: string, properties: object) => {
		const response = await runner.manage(account + path, { method: 'PUT', body: JSON.stringify({ properties }) })
		if (!response.ok) throw new Error(`PUT ${path}: ${await response.text()}`)
	}
	const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString()
	await put('/accessTokens/ci', { role: 'Job Operator', expiryTime: inDays(23) })
	await put('/variables/release-channel', {
		value: '"stable"',
		isEncrypted: false,
		description: 'What deploy takes where no version is given',
	})
	await put('/variables/status-page-key', { value: '"not-shown"', isEncrypted: true, description: 'Of the status page' })
	await put('/credentials/registry', { userName: 'deploy-bot', password: 'not-shown', description: 'The registry of images' })
	const release = (version: string) => JSON.stringify({ action: 'published', release: { tag_name: version, name: 'Autumn' } })
	const github = { 'Content-Type': 'application/json', 'X-GitHub-Event': 'release', 'User-Agent': 'GitHub-Hookshot/9f2c1d8' }
	await runner.untilJob(await runner.start('deploy-production', release('0.9.0'), github))
	await runner.call('backup-now', '{}')
	for (let count = 0; count < 3; count++) await put(`/jobs/watch-${count}`, { runbook: { name: 'watch-queue' } })
	const first = await runner.start('deploy-staging', release('1.4.1'), github)
	const shown = await runner.start('deploy-staging', release('1.4.2'), github)
	await runner.untilJob(first)
	await until('half of it is done', async () => (await runner.output(shown)).includes('web-4'), 30_000)
	return shown
}

async function signedIn(browser: Browser, { url }: Runner, colorScheme: 'light' | 'dark', width: number): Promise<Page> {
	const context = await browser.newContext({ colorScheme, viewport: { width, height: width < 500 ? 740 : 760 }, reducedMotion: 'reduce' })
	const page = await context.newPage()
	await page.goto(`${url}/portal/`)
	await page.getByLabel('Token').fill(adminToken)
	await page.getByRole('button', { name: 'Sign in' }).click()
	await page.getByRole('heading', { name: 'Overview' }).waitFor()
	// No row is to look chosen.
	await page.mouse.move(0, 0)
	return page
}

/** Waits until all that a page asks for has come: nothing but numbers changes any more. */
async function stillness(page: Page): Promise<void> {
	let before = ''
	await until(
		'the page is complete',
		async () => {
			await page.waitForTimeout(700)
			const text = (await page.locator('main').innerText()).replace(/\d/g, '')
			const isStill = text === before && (await page.locator('.loading').count()) === 0
			before = text
			return isStill
		},
		30_000,
	)
}

await using runner = await startRunner({ runbooks: exampleRunbooks, webhooks: exampleWebhooks, environment: { RUNHOOK_CONCURRENCY: '4' } })
const jobId = await fill(runner)
const pages: [name: string, hash: string][] = [
	['job', `jobs/${jobId}`],
	['overview', 'overview'],
	['jobs', 'jobs'],
	['webhook', 'webhooks/deploy-staging'],
	['runbooks', 'runbooks'],
	['runbook', 'runbooks/deploy'],
	['schedules', 'schedules'],
	...(ownFolder ? ['webhooks', 'credentials', 'variables', 'access', 'audit'].map((name): [string, string] => [name, name]) : []),
]
const browser = await launchBrowser()
try {
	for (const width of ownFolder ? [1280, 360] : [1280])
		for (const scheme of ['light', 'dark'] as const) {
			const page = await signedIn(browser, runner, scheme, width)
			for (const [name, hash] of pages) {
				await page.goto(`${runner.url}/portal/#/${hash}`)
				await stillness(page)
				const file = `${name}${width === 360 ? '-narrow' : ''}-${scheme}.png`
				await page.screenshot({ path: join(folder, file), fullPage: width === 360 })
			}
			await page.context().close()
		}
} finally {
	await browser.close()
}
