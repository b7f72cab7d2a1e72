// Builds the portal, so that the first start need not. `npm ci` runs it; by hand: npm run prepare.
// An installation never fails for it: the runner builds it when somebody looks at it.
import { openPortalFiles } from './portal-files.ts'

try {
	await openPortalFiles()
} catch (error) {
	process.stderr.write(`The portal could not be built. ${(error as Error).message}\n`)
}
