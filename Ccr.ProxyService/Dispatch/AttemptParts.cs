using Ccr.ProxyService.Health;
using Ccr.ProxyService.Hosting;
using Ccr.ProxyService.Providers;

namespace Ccr.ProxyService.Dispatch;

/// <summary>What all attempts share.</summary>
internal sealed record AttemptParts(UpstreamClients Clients, DrainLimit Drain, TargetHealth Health, ReasoningMemory Memory, TimeProvider Time);
