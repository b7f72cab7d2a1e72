import { type RunbookContext, WebhookData, z } from 'runhook'

/** A single value, a range with a hyphen, or a list with semicolons; Azure takes no mixture of them. */
const ofValues = (value: string) => new RegExp(`^${value}(?:-${value}|(?:;${value})*;?)$`)
const addresses = z.string().regex(ofValues('[0-9A-Fa-f.:]{2,45}'))
const ports = z.string().regex(ofValues('[0-9]{1,5}'))

const filter = z.strictObject({
	protocol: z.enum(['TCP', 'UDP', 'Any']).optional(),
	localIPAddress: addresses.optional(),
	localPort: ports.optional(),
	remoteIPAddress: addresses.optional(),
	remotePort: ports.optional(),
})

const bytes = z.int().min(0).max(4_294_967_295)

/** Linux machines take captures in one folder only. */
const filePath = /^(?!.*\.\.)(?:\/var\/captures\/[^/].*|[A-Za-z]:\\.+)\.cap$/

/** What a job may have at most, seconds. */
export const jobSeconds = 86_000

export const captureParameters = z.object({
	WebhookData: WebhookData.nullish(),
	StorageId: z.string().optional().describe('For alerts: ARM id of the storage account that the capture is uploaded to.'),
	TimeLimitSeconds: z.int().min(0).max(18_000).default(30).describe('For alerts: how long to capture; 0 leaves it to Azure (five hours).'),
	PacketCaptureName: z.string().default('alert').describe('For alerts: the capture is called so, a hyphen, and the name of the machine.'),
	NetworkWatcherResourceGroup: z.string().optional().describe('For alerts: group of the Network Watcher; else it is looked up by region.'),
	NetworkWatcherName: z.string().optional().describe('For alerts: the Network Watcher; else it is looked up by region.'),
	SubscriptionId: z.string().optional().describe('The one subscription to capture in; for alerts without it that of StorageId.'),
	AllowedSubscriptions: z.array(z.string()).default([]).describe('Further subscriptions to capture in.'),
	PacketCaptureLimit: z
		.int()
		.min(1)
		.max(10_000)
		.default(100)
		.describe('Packet captures that the Network Watcher may hold, this one included.'),
	PruneStopped: z.boolean().default(false).describe('At the limit: delete the captures of this webhook that have ended.'),
	OnConflict: z.enum(['replace', 'fail', 'suffix']).default('replace').describe('What to do when there is a capture of this name.'),
	BytesPerPacket: bytes.optional().describe('Bytes to keep of each packet; 0 keeps all.'),
	TotalBytes: bytes.optional().describe('Size at which the capture ends, in bytes; else 1 GiB.'),
	FilePath: z.string().regex(filePath).optional().describe('File on the machine, *.cap; on Linux in /var/captures.'),
	Filters: z.array(filter).optional().describe('Which packets to capture; else all.'),
	WaitForEnd: z.boolean().default(true).describe('false: the job ends when the capture has begun.'),
	PollSeconds: z.number().positive().max(600).default(10).describe('How often to ask for the status.'),
	OperationSeconds: z.number().positive().max(3600).default(600).describe('How long Azure may take to make, stop or delete a capture.'),
	GraceSeconds: z.number().min(0).max(600).default(180).describe('How long after its time limit a capture is stopped.'),
	MaxThrottleWaitSeconds: z.number().min(0).max(3600).default(120).describe('Longest wait that Azure may ask for between two requests.'),
	NotifyUrl: z
		.string()
		.regex(/^https?:\/\//i)
		.refine((url) => URL.canParse(url), 'must be a URL')
		.refine((url) => !URL.parse(url)?.username && !URL.parse(url)?.password, 'must hold no user name and no password')
		.optional()
		.describe('Where the result is POSTed as JSON.'),
})

export type CaptureParameters = z.output<typeof captureParameters>
export type CaptureContext = RunbookContext<CaptureParameters>
