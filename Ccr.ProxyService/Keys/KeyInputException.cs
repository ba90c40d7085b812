namespace Ccr.ProxyService.Keys;

/// <summary>What was asked for a key cannot be done as asked.</summary>
/// <param name="status">400 for a wrong value, 404 for an unknown key, 409 for a name that is taken or a change that met another one.</param>
/// <param name="message">What is wrong, in a sentence that names the member.</param>
internal sealed class KeyInputException(int status, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;
}
