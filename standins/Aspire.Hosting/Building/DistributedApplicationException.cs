namespace Aspire.Hosting;

// Stand for the exceptions of the same names in Aspire.Hosting.

/// <summary>The application cannot be built or started; the message is one line for a person.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a message.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a message.</summary>
    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and its cause.</summary>
    public DistributedApplicationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>A parameter has neither a configured value nor a default.</summary>
public sealed class MissingParameterValueException(string message) : DistributedApplicationException(message);
