import { type Endpoint, readChecks } from '../../runbooks/lib/check-endpoints/endpoint.ts'
import { withSecrets } from '../../runbooks/lib/check-endpoints/endpoint-secrets.ts'
import { noAssets } from './no-assets.ts'

/** An endpoint as check-endpoints reads it, of an account without assets. */
export function endpointToCheck(endpoint: Record<string, unknown>): Promise<Endpoint> {
	const [read] = readChecks([endpoint], 'The endpoint').endpoints
	return withSecrets(read!, noAssets)
}
