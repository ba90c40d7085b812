namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.RedisResource. Left out: TLS, data volumes, persistence, Commander and Insight.

/// <summary>A Redis server: a container in a manifest; a local process, or one that exists already, at run time.</summary>
public class RedisResource : ContainerResource, IResourceWithConnectionString
{
    internal const string PrimaryEndpointName = "tcp";

    /// <summary>Creates the resource.</summary>
    public RedisResource(string name, ParameterResource? password)
        : base(name)
    {
        PasswordParameter = password;
        PrimaryEndpoint = new EndpointReference(this, PrimaryEndpointName);
    }

    /// <summary>Where clients connect.</summary>
    public EndpointReference PrimaryEndpoint { get; }

    /// <summary>Host of the endpoint.</summary>
    public EndpointReferenceExpression Host => PrimaryEndpoint.Property(EndpointProperty.Host);

    /// <summary>Port of the endpoint.</summary>
    public EndpointReferenceExpression Port => PrimaryEndpoint.Property(EndpointProperty.Port);

    /// <summary>The password; null when the server asks for none.</summary>
    public ParameterResource? PasswordParameter { get; internal set; }

    /// <summary>A connection string given from outside: the server exists already, nothing is started.</summary>
    internal ExternalRedis? External { get; set; }

    /// <summary><c>redis://:password@host:port</c>.</summary>
    public ReferenceExpression UriExpression
        => PasswordParameter is null
            ? ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Scheme)}://{Host}:{Port}")
            : ReferenceExpression.Create($"{PrimaryEndpoint.Property(EndpointProperty.Scheme)}://:{PasswordParameter:uri}@{Host}:{Port}");

    /// <summary><c>host:port,password=…</c>.</summary>
    public ReferenceExpression ConnectionStringExpression
    {
        get
        {
            if (External is not null)
            {
                return ReferenceExpression.Create($"{External.ConnectionString}");
            }

            return PasswordParameter is null
                ? ReferenceExpression.Create($"{Host}:{Port}")
                : ReferenceExpression.Create($"{Host}:{Port},password={PasswordParameter}");
        }
    }

    /// <inheritdoc />
    public ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default)
        => ConnectionStringExpression.GetValueAsync(cancellationToken);

    /// <inheritdoc />
    public IEnumerable<KeyValuePair<string, ReferenceExpression>> GetConnectionProperties()
    {
        yield return new("Host", ReferenceExpression.Create($"{Host}"));
        yield return new("Port", ReferenceExpression.Create($"{Port}"));
        if (PasswordParameter is not null)
        {
            yield return new("Password", ReferenceExpression.Create($"{PasswordParameter}"));
        }

        yield return new("Uri", UriExpression);
    }
}
