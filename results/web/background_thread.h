#pragma once
// How the page's threads begin: no signal is theirs to handle, and a sweep's own threads go before them.

namespace missmodal::results::web {

// To be called first in the thread itself.
void stay_in_background();

}  // namespace missmodal::results::web
