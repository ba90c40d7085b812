namespace Ccr.ProxyService.Keys;

/// <summary>What keys.json holds.</summary>
/// <param name="Keys">All keys.</param>
internal sealed record KeyFileContent(IReadOnlyList<VirtualKey> Keys);
