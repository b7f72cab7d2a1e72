// The server process: signals in, exit code out.
import { enableCompileCache } from 'node:module'

// Without a listener Node opens its debugger at this signal, for everyone on this machine: a runbook of the same user could send it, and
// then do in this process whatever it likes.
process.on('SIGUSR1', () => undefined)
// Before anything else is loaded: it takes 50 ms off every start but the first.
enableCompileCache()
const { runServer } = await import('./run-server.ts')
await runServer()
