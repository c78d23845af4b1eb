namespace PatchOps.Core.Operations;

/// <summary>An account for hosts. The secret is read late, used at once and never part of a text.</summary>
/// <param name="userName">The account's name.</param>
/// <param name="password">Gives the secret when it is needed; nobody keeps it.</param>
/// <param name="native">The face's own object, for what takes that.</param>
public sealed class HostCredential(string userName, Func<string> password, object native)
{
    public string UserName => userName;

    public object Native => native;

    public string ReadPassword() => password();

    public override string ToString() => userName;
}
