import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { adminToken, type Runner, type RunnerSettings, startRunner } from './runner.ts'

export type Portal = AsyncDisposable & {
	runner: Runner
	page: Page
	/** What the pages asked for at any other host, and what they wrote on the console. */
	strange: string[]
	/** A further reader, with a browser of their own. */
	enter(options: BrowserContextOptions, token?: string): Promise<Page>
}

/** A runner with its portal open in a real browser, signed in. */
export async function openPortal(settings: RunnerSettings): Promise<Portal> {
	await using opened = new AsyncDisposableStack()
	const [runner, browser] = await Promise.all([startRunner(settings), launchBrowser()])
	opened.use(runner)
	opened.defer(() => browser.close())
	const strange: string[] = []
	const enter = (options: BrowserContextOptions, token = adminToken) => enterPortal({ browser, runner, strange }, options, token)
	const page = await enter({})
	const all = opened.move()
	return { runner, page, strange, enter, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

async function enterPortal(
	{ browser, runner, strange }: { browser: Browser; runner: Runner; strange: string[] },
	options: BrowserContextOptions,
	token: string,
): Promise<Page> {
	const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
	await context.grantPermissions(['clipboard-read', 'clipboard-write'])
	context.setDefaultTimeout(15_000)
	const page = await context.newPage()
	page.on('request', (request) => request.url().startsWith(runner.url) || request.url().startsWith('blob:') || strange.push(request.url()))
	page.on('console', (message) => message.type() === 'error' && strange.push(message.text()))
	page.on('pageerror', (error) => strange.push(error.message))
	await page.goto(`${runner.url}/portal/`)
	await page.getByLabel('Token').fill(token)
	await page.getByRole('button', { name: 'Sign in' }).click()
	await page.getByRole('navigation').waitFor()
	return page
}

/** Shows a page of the portal. */
export function show({ page, runner }: Portal, hash: string) {
	return page.goto(`${runner.url}/portal/#/${hash}`)
}

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

type Looked = {
	/** These rules alone. */
	rules?: string[]
	/** A part of the page. */
	within?: string
}

/** What axe finds wrong with the page as it is, by WCAG 2.2 AA, the size of targets too, and its best practices. */
export async function accessFaults(page: Page, looked: Looked = {}): Promise<string[]> {
	// As a script of the page it would be stopped by the page's own policy.
	if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
	return page.evaluate(async ({ rules, within = 'html' }) => {
		type Axe = { run: (context: string, options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
		const { run } = (globalThis as unknown as { axe: Axe }).axe
		const { violations } = await run(within, {
			resultTypes: ['violations'],
			...(rules ? { runOnly: rules } : { rules: { 'target-size': { enabled: true } } }),
		})
		return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
	}, looked)
}
