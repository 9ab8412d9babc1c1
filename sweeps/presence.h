#pragma once
// Whether something lies at a path, told apart from "this program may not look".

#include <filesystem>

namespace missmodal {

// False only where there is nothing of that name. Throws InputError naming the path where that cannot be
// known: a folder on the way that may not be searched, or that is a file.
bool is_there(const std::filesystem::path& path);

}  // namespace missmodal
