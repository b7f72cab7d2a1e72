import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { AZURE_FAILURE_LENGTH_MAX, HEALTH_AZURE_TIME_MAX } from '../limits.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'

const hostFile = fileURLToPath(new URL('./sign-in-host.ts', import.meta.url))

type Parts = {
	armEndpoint: string
	/** The environment that runbooks see. */
	environment: Record<string, string>
	/** Ends it early. */
	signal: AbortSignal
}

/** Signs in to Azure in a process of its own, with a principal or (null) with what the environment has; undefined, or why it could not. */
export async function trySignIn(
	principal: ServicePrincipal | null,
	{ armEndpoint, environment, signal }: Parts,
): Promise<string | undefined> {
	const child = spawn(process.execPath, ['--no-warnings', hostFile, armEndpoint], {
		env: environment,
		stdio: ['pipe', 'pipe', 'ignore'],
		timeout: HEALTH_AZURE_TIME_MAX,
		killSignal: 'SIGKILL',
		signal,
	})
	// One that was killed before it read has closed it.
	child.stdin.on('error', () => undefined)
	child.stdin.end(JSON.stringify(principal))
	const [said, [code, killed]] = await Promise.all([text(child.stdout), once(child, 'exit')])
	if (killed) return `Signing in has not ended within ${HEALTH_AZURE_TIME_MAX / 1000} s.`
	if (code !== 0) return `The process that signs in ended with ${code}.`
	return said === '' ? undefined : said.slice(0, AZURE_FAILURE_LENGTH_MAX)
}
