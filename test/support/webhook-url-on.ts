import type { Runner } from './runner.ts'

/** The URL of a webhook on a runner, where another one of the same database printed it. */
export function webhookUrlOn(runner: Pick<Runner, 'url'>, issuer: Runner, name: string): string {
	const { pathname, search } = new URL(issuer.webhookUrl(name))
	return runner.url + pathname + search
}
