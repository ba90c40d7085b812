namespace Ccr.ProxyService.Keys;

/// <summary>Keys cannot be read or stored; the message is one sentence for a person.</summary>
internal sealed class KeyStoreException(string message, Exception? inner = null) : Exception(message, inner);
