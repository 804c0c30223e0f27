// A queue whose writer does not look at `ready`: there must always be room. Simulation only.
`default_nettype none
module zn_queue_check (
    input wire clk_i,
    input wire rst_i,
    input wire valid_i,
    input wire ready_i
);
  no_overflow: assert property (@(posedge clk_i) disable iff (rst_i) valid_i |-> ready_i) else $error("%m: queue overflow");
endmodule
`default_nettype wire
