namespace PatchOps.Core.Versions.Npm;

internal enum NpmOperator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
