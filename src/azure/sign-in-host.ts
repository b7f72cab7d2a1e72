// Signs in to Azure once, as a runbook would. Started by path: the packages it loads stay out of the runner, and no token outlives it.
// The endpoint is its argument, the principal (or null) comes on standard input; why it could not goes to standard output, else nothing.
import { text } from 'node:stream/consumers'
import { HEALTH_AZURE_TIME_MAX } from '../limits.ts'
import type { ServicePrincipal } from '../runbooks/azure.ts'
import { azureFailure } from './azure-failure.ts'
import { bypassProxy, jobIdentity, readArmEndpoint } from './azure-identity.ts'
import { armScope } from './pipeline-policies.ts'

// Should its runner be gone, nobody else ends it.
setTimeout(() => process.exit(1), HEALTH_AZURE_TIME_MAX).unref()
try {
	const principal = JSON.parse(await text(process.stdin)) as ServicePrincipal | null
	const endpoint = readArmEndpoint(process.argv[2]!)
	// biome-ignore lint/style/noProcessEnv: the identity that the runner handed to this process
	const environment = process.env
	if (endpoint.overHttp) bypassProxy(endpoint.url.hostname, environment)
	const credential = await jobIdentity(endpoint, { principal, environment })()
	await credential.getToken(armScope)
} catch (error) {
	process.stdout.write(azureFailure(error, undefined).message.split('\n', 1)[0]!)
}
